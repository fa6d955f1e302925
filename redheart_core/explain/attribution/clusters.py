"""Saliency clusters: passages in which the same kind of words moved an output the same way.

A passage is the sum of its words' vectors, each times the word's score, cut to length one: words of like meaning fall
together, and the same words with the opposite effect fall apart. The vectors are those that the model reads with.

Rule for the number of clusters: among those on which restarts agree (mean adjusted Rand index at least 0.8), the one of
the largest mean silhouette, if that is at least 0.1; otherwise all passages are one cluster.

Sources: Arthur and Vassilvitskii 2007, "k-means++"; Hubert and Arabie 1985, "Comparing partitions"; Rousseeuw 1987,
"Silhouettes".

Dimensions: N passages, D width of a word vector, K clusters, W words.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import torch
from numpy.typing import NDArray

from redheart_core.errors import ExplanationError
from redheart_core.explain.attribution.partition import adjusted_rand, k_means, mean_silhouette
from redheart_core.explain.attribution.result import Attribution
from redheart_core.explain.attribution.words import words_of_tokens
from redheart_core.model.checkpoint import LoadedCheckpoint
from redheart_core.runtime.lease import lease

Floats = NDArray[np.float64]
MOST_CLUSTERS = 8
RESTARTS = 8
"""Restarts with seeds of their own, by which stability is judged."""
LEAST_AGREEMENT, LEAST_SILHOUETTE = 0.8, 0.1
TYPICAL_WORDS = 8
LEAST_PASSAGES = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class TypicalWord:
    """A word that moves the output in a cluster more than elsewhere."""

    text: str
    """In lower case."""
    mean_score: float
    """What it adds per passage of the cluster, in the attributions' unit."""
    num_passages: int
    """Passages of the cluster that have it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SaliencyCluster:
    """Passages that belong together."""

    members: tuple[int, ...]
    """Places of the passages, ascending."""
    words: tuple[TypicalWord, ...]
    """Those that differ most from the other passages, the largest difference first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SaliencyClusters:
    """A set of passages in clusters."""

    clusters: tuple[SaliencyCluster, ...]
    """The largest first."""
    without_saliency: tuple[int, ...]
    """Passages in which nothing moved the output; they are in no cluster."""
    silhouette: float | None
    """Mean silhouette by cosine distance, -1 to 1; None for one cluster."""
    agreement: float | None
    """Mean adjusted Rand index between restarts, 1 where all agree; None for one cluster."""
    seed: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Candidate:
    labels_N: NDArray[np.intp]
    silhouette: float
    agreement: float


def word_vectors(checkpoint: LoadedCheckpoint, attribution: Attribution) -> Floats:
    """Return the vectors of a passage's words, (W, D): the mean over a word's tokens at length one.

    The mean of the whole vocabulary is taken off first, because all words share it. A word that was cut is zero.
    """
    model, key = checkpoint.model, attribution.key
    encoding = checkpoint.tokenizer.encode(key.text, context=key.context, max_tokens=model.config.max_tokens)
    with lease(model), torch.no_grad():
        table_VD = model.backbone.embedding.token.weight
        tokens_TD = (table_VD[list(encoding.ids)] - table_VD.mean(dim=0)).double().cpu().numpy()
    vectors_WD = np.zeros((len(attribution.words), tokens_TD.shape[1]))
    for word, vector_D in zip(words_of_tokens(encoding, attribution.words), tokens_TD, strict=True):
        if word is not None:
            vectors_WD[word] += vector_D
    lengths_W1 = np.linalg.norm(vectors_WD, axis=1, keepdims=True)
    unit_WD: Floats = np.divide(vectors_WD, lengths_W1, out=np.zeros_like(vectors_WD), where=lengths_W1 > 0)
    return unit_WD


def saliency_vector(scores_W: Sequence[float], vectors_WD: Floats) -> Floats:
    """Return the weighted sum of word vectors at length one, (D,); zero where no word has a score."""
    total_D = np.asarray(scores_W, dtype=np.float64) @ vectors_WD
    length = float(np.linalg.norm(total_D))
    vector_D: Floats = total_D / length if length > 0 else total_D
    return vector_D


def cluster_passages(
    attributions: Sequence[Attribution], vectors: Sequence[Floats], *, seed: int = 0, most: int = MOST_CLUSTERS
) -> SaliencyClusters:
    """Cluster passages by what moved one output in them.

    Args:
        attributions: One per passage, of one target and one method.
        vectors: For each, the vectors of its words, (W, D).
        seed: Decides the restarts.
        most: Largest number of clusters that is tried.

    Raises:
        ExplanationError: There are too few passages, their targets or methods differ, or vectors do not fit words.
    """
    _require_alike(attributions, vectors)
    rows_ND = np.stack([saliency_vector(one.scores, own) for one, own in zip(attributions, vectors, strict=True)])
    silent_N = ~rows_ND.any(axis=1)
    places = np.flatnonzero(~silent_N)
    chosen = _chosen(rows_ND[places], seed, min(most, len(places) // 2))
    labels_N = np.zeros(len(places), dtype=np.intp) if chosen is None else chosen.labels_N
    members = [tuple(places[labels_N == label].tolist()) for label in np.unique(labels_N)]
    members.sort(key=lambda group: (-len(group), group))
    return SaliencyClusters(
        clusters=tuple(_described(group, attributions) for group in members),
        without_saliency=tuple(np.flatnonzero(silent_N).tolist()),
        silhouette=None if chosen is None else chosen.silhouette,
        agreement=None if chosen is None else chosen.agreement,
        seed=seed,
    )


def _chosen(rows_ND: Floats, seed: int, most: int) -> _Candidate | None:
    tried = [_candidate(rows_ND, number, seed) for number in range(2, most + 1)]
    stable = [one for one in tried if one.agreement >= LEAST_AGREEMENT and one.silhouette >= LEAST_SILHOUETTE]
    return max(stable, key=lambda one: one.silhouette, default=None)


def _candidate(rows_ND: Floats, number: int, seed: int) -> _Candidate:
    runs = [k_means(rows_ND, number, np.random.default_rng([seed, number, restart])) for restart in range(RESTARTS)]
    pairs = combinations([run.labels_N for run in runs], 2)
    best = min(runs, key=lambda run: run.spread)
    return _Candidate(
        labels_N=best.labels_N,
        silhouette=mean_silhouette(rows_ND, best.labels_N),
        agreement=float(np.mean([adjusted_rand(one, other) for one, other in pairs])),
    )


def _described(members: tuple[int, ...], attributions: Sequence[Attribution]) -> SaliencyCluster:
    own = set(members)
    inside = _mean_scores([attributions[place] for place in members])
    outside = _mean_scores([one for place, one in enumerate(attributions) if place not in own])
    apart = sorted(inside, key=lambda word: (-abs(inside[word][0] - outside.get(word, (0.0, 0))[0]), word))
    words = tuple(
        TypicalWord(text=word, mean_score=inside[word][0], num_passages=inside[word][1])
        for word in apart[:TYPICAL_WORDS]
    )
    return SaliencyCluster(members=members, words=words)


def _mean_scores(attributions: Sequence[Attribution]) -> dict[str, tuple[float, int]]:
    """Return what each word adds per passage, and how many passages have it; punctuation is left out."""
    totals: dict[str, float] = defaultdict(float)
    counts: dict[str, int] = defaultdict(int)
    for one in attributions:
        for word, score in zip(one.words, one.scores, strict=True):
            if word.text[0].isalnum():
                totals[word.text.lower()] += score
        for text in {word.text.lower() for word in one.words}:
            counts[text] += 1
    return {text: (total / len(attributions), counts[text]) for text, total in totals.items()}


def _require_alike(attributions: Sequence[Attribution], vectors: Sequence[Floats]) -> None:
    if len(attributions) < LEAST_PASSAGES:
        raise ExplanationError(f"{len(attributions)} passages are too few to cluster; give {LEAST_PASSAGES} or more.")
    kinds = sorted({f"{one.key.target} by {one.key.method}" for one in attributions})
    if len(kinds) > 1:
        raise ExplanationError(f"Attributions of different kinds cannot be compared: {', '.join(kinds)}.")
    for place, (one, own) in enumerate(zip(attributions, vectors, strict=True)):
        if len(one.words) != len(own):
            raise ExplanationError(f"Passage {place} has {len(one.words)} words and {len(own)} vectors; give one each.")
