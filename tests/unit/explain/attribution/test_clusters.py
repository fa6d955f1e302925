"""Saliency clusters: planted groups are found with their words, and nothing is found where there is nothing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from redheart_core.errors import ExplanationError
from redheart_core.explain.attribution.clusters import cluster_passages, saliency_vector, word_vectors
from redheart_core.explain.attribution.partition import adjusted_rand, k_means, mean_silhouette
from redheart_core.explain.attribution.result import Attribution
from redheart_core.model.checkpoint import load_checkpoint
from tests.attributions import hand_made
from tests.checkpoints import make_tiny_checkpoint

WORDS = ("lied", "cheated", "deceived", "gave", "helped", "shared", "the", "yesterday")
PLACES = {word: np.eye(8)[0 if n < 3 else 1 if n < 6 else n] for n, word in enumerate(WORDS)}


def told(text: str, scores: tuple[float, ...]) -> tuple[Attribution, np.ndarray]:
    attribution = hand_made(text, scores)
    return attribution, np.stack([PLACES[word.text.lower()] for word in attribution.words])


def planted() -> list[tuple[Attribution, np.ndarray]]:
    generator = np.random.default_rng(0)
    found = []
    for n in range(24):
        word = WORDS[:6][n % 6]
        noise, strong = generator.normal(size=2) * 0.1, -1.0 if word in WORDS[:3] else 1.0
        found.append(told(f"the {word} Yesterday", (float(noise[0]), strong, float(noise[1]))))
    return found


def test_planted_groups_are_found_with_their_words() -> None:
    attributions, vectors = zip(*planted(), strict=True)
    found = cluster_passages(attributions, vectors)
    groups = {frozenset(cluster.members) for cluster in found.clusters}
    assert groups == {frozenset(n for n in range(24) if n % 6 < 3), frozenset(n for n in range(24) if n % 6 >= 3)}
    assert found.agreement == pytest.approx(1.0)
    assert found.silhouette is not None
    assert found.silhouette > 0.8
    lowering = next(cluster for cluster in found.clusters if 0 in cluster.members)
    assert {word.text for word in lowering.words[:3]} == set(WORDS[:3])
    assert lowering.words[0].mean_score == pytest.approx(-1 / 3)
    assert lowering.words[0].num_passages == 4
    assert found == cluster_passages(attributions, vectors)


def test_the_same_words_with_the_opposite_effect_fall_apart() -> None:
    pairs = [told("the lied yesterday", (0.0, sign, 0.0)) for sign in (1.0, -1.0) * 4]
    attributions, vectors = zip(*pairs, strict=True)
    found = cluster_passages(attributions, vectors)
    assert [cluster.members for cluster in found.clusters] == [(0, 2, 4, 6), (1, 3, 5, 7)]


def test_passages_alike_are_one_cluster_and_silent_ones_in_none() -> None:
    pairs = [told("the lied yesterday", (0.0, 1.0, 0.0)) for _ in range(6)]
    pairs.append(told("the lied yesterday", (0.0, 0.0, 0.0)))
    attributions, vectors = zip(*pairs, strict=True)
    found = cluster_passages(attributions, vectors)
    assert [cluster.members for cluster in found.clusters] == [tuple(range(6))]
    assert found.without_saliency == (6,)
    assert (found.silhouette, found.agreement) == (None, None)


def test_noise_without_groups_is_one_cluster() -> None:
    generator = np.random.default_rng(2)
    attributions = [hand_made("the lied yesterday", tuple(generator.normal(size=3).tolist())) for _ in range(60)]
    vectors = [generator.normal(size=(3, 60)) for _ in attributions]
    assert len(cluster_passages(attributions, vectors).clusters) == 1


def test_a_passage_is_its_words_times_their_scores_at_length_one() -> None:
    vectors_WD = np.array([[1.0, 0.0], [0.0, 1.0]])
    np.testing.assert_allclose(saliency_vector((3.0, -4.0), vectors_WD), [0.6, -0.8])
    np.testing.assert_array_equal(saliency_vector((0.0, 0.0), vectors_WD), [0.0, 0.0])


def test_word_vectors_are_those_the_model_reads_with(tmp_path: Path) -> None:
    checkpoint = load_checkpoint(make_tiny_checkpoint(tmp_path))
    attribution = hand_made("I lied to my friend. I lied!", context="She kept her promise")
    vectors_WD = word_vectors(checkpoint, attribution)
    places = [n for n, word in enumerate(attribution.words) if word.text == "lied"]
    np.testing.assert_allclose(vectors_WD[places[0]], vectors_WD[places[1]])
    np.testing.assert_allclose(np.linalg.norm(vectors_WD, axis=1), 1.0)
    table_VD = checkpoint.model.backbone.embedding.token.weight.detach().double().numpy()
    encoding = checkpoint.tokenizer.encode("I lied to my friend. I lied!")
    ids = [token for token, (start, end) in zip(encoding.ids, encoding.spans, strict=True) if 2 <= start < end <= 6]
    assert ids
    expected_D = (table_VD[ids] - table_VD.mean(axis=0)).sum(axis=0)
    np.testing.assert_allclose(vectors_WD[places[0]], expected_D / np.linalg.norm(expected_D), atol=1e-6)


def test_what_does_not_belong_together_is_refused() -> None:
    attributions, vectors = map(list, zip(*planted(), strict=True))
    with pytest.raises(ExplanationError, match="3 passages are too few"):
        cluster_passages(attributions[:3], vectors[:3])
    other = replace(attributions[0], key=replace(attributions[0].key, target="emotion/joy"))
    with pytest.raises(ExplanationError, match="emotion/joy by integrated_gradients, emotion/sadness by"):
        cluster_passages([other, *attributions[1:]], vectors)
    with pytest.raises(ExplanationError, match="Passage 0 has 3 words and 2 vectors"):
        cluster_passages(attributions, [vectors[0][:2], *vectors[1:]])


def test_known_partitions() -> None:
    rows_ND = np.array([[0.0], [0.1], [5.0], [5.1]])
    found = k_means(rows_ND, 2, np.random.default_rng(0))
    assert len({*found.labels_N[:2]}) == len({*found.labels_N[2:]}) == 1
    assert found.spread == pytest.approx(2 * 0.005)
    one_N, other_N = np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])
    assert adjusted_rand(one_N, one_N[::-1].copy()) == 1.0
    assert adjusted_rand(one_N, other_N) == pytest.approx(-0.5)
    assert adjusted_rand(np.array([0, 0, 1, 2]), np.array([0, 0, 1, 1])) == pytest.approx(4 / 7)
    points_ND = np.array([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0], [0.0, 1.0]])
    assert mean_silhouette(points_ND, one_N) == pytest.approx(1.0)
    with pytest.raises(ValueError, match="4 points cannot make 5 groups"):
        k_means(rows_ND, 5, np.random.default_rng(0))


@given(st.lists(st.integers(0, 3), min_size=2, max_size=30), st.permutations(range(4)))
@settings(deadline=None)
def test_names_of_groups_do_not_matter(labels: list[int], names: list[int]) -> None:
    one_N = np.array(labels)
    assert adjusted_rand(one_N, np.array(names)[one_N]) == pytest.approx(1.0)
