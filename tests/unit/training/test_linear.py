"""The linear part and its blend: planted words are found, useless parts count nothing, halves share no group."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
import torch

from redheart_core.errors import ConfigError
from redheart_core.model.ngrams import ngram_batch
from redheart_core.training.blend import FamilyBlend, fit_blend, fold_blend
from redheart_core.training.config import LinearConfig
from redheart_core.training.evaluation import Prediction
from redheart_core.training.finishing import Said, cross_fitted, half
from redheart_core.training.linear import fit_linear_part
from redheart_core.training.linear_targets import output_rows
from redheart_core.training.objectives import EmotionObjective, JudgedObjective, PleasureObjective, VadObjective
from redheart_core.training.tasks import Example, Task
from redheart_core.training.thresholds import f1_thresholds, fit_thresholds
from redheart_core.vocabulary.emotions import GOEMOTIONS, KOTE
from redheart_core.vocabulary.reading import Family

CONFIG = LinearConfig(min_passages=dict.fromkeys(("hedonic", "vad", "safety", "kote"), 2), strength=10.0)
UNSAFE = JudgedObjective(Family.SAFETY, "unsafe")


def _task(name: str, objective: object, rows: list[tuple[tuple[str, ...], tuple[float, ...]]]) -> Task:
    examples = tuple(
        Example(passages=tuple((text, "") for text in texts), target=target, group=f"{name}-{place // 2}")
        for place, (texts, target) in enumerate(rows)
    )
    return Task(name=name, objective=objective, train=examples, dev=examples, files=())  # type: ignore[arg-type]


def _planted() -> tuple[Task, ...]:
    draw = random.Random(0)
    words = ["river", "stone", "lamp", "cloud", "bread"]
    judged, pairs, rated, felt = [], [], [], []
    for _ in range(60):
        filler = " ".join(draw.sample(words, 3))
        bad = draw.random() < 0.5
        judged.append(((f"{filler} {'harm' if bad else 'help'}",), (float(bad),)))
        pairs.append(((f"{filler} sunshine", f"{filler} thunder"), (1.0,)))
        rated.append(((f"{filler} {'calm' if bad else 'panic'}",), (0.5, 0.2 if bad else 0.8, 0.5)))
        felt.append(
            ((f"{filler} {'눈물' if bad else '미소'}",), (*(float(bad and i == 3) for i in range(len(KOTE))), 0.5, 0.0))
        )
    return (
        _task("kosbi", UNSAFE, judged),
        _task("utilitarianism", PleasureObjective(), pairs),
        _task("emobank", VadObjective(), rated),
        _task("kote", EmotionObjective(Family.KOTE), felt),
    )


def test_planted_words_decide() -> None:
    fitted = fit_linear_part(_planted(), CONFIG, seed=0)

    def said(text: str) -> dict[Family, torch.Tensor]:
        logits: dict[Family, torch.Tensor] = fitted.part.logits(ngram_batch([fitted.vocabulary.weigh(text)]))
        return logits

    assert said("stone harm")[Family.SAFETY][0, 0] > 1 > -1 > said("stone help")[Family.SAFETY][0, 0]
    assert said("lamp sunshine")[Family.HEDONIC][0, 0] > said("lamp thunder")[Family.HEDONIC][0, 0] + 1
    assert said("lamp panic")[Family.VAD][0, 1] > said("lamp calm")[Family.VAD][0, 1] + 1
    assert said("bread 눈물")[Family.KOTE][0, 3] > said("bread 미소")[Family.KOTE][0, 3] + 1
    assert said("stone harm")[Family.SAFETY][0, 1] == 0, "nothing teaches the second output"


def test_two_fits_give_the_same_bytes() -> None:
    one, two = (fit_linear_part(_planted(), CONFIG, seed=0) for _ in range(2))
    assert one.vocabulary.to_bytes() == two.vocabulary.to_bytes()
    assert all(torch.equal(a, b) for a, b in zip(one.part.parameters(), two.part.parameters(), strict=True))


def _predictions(signal: torch.Tensor, labels: torch.Tensor) -> Prediction:
    logits = torch.stack([signal, torch.zeros_like(signal)], dim=1)
    task = _task("kosbi", UNSAFE, [(("a",), (0.0,)) for _ in labels])
    groups = tuple(str(place) for place in range(len(labels)))
    return Prediction(task=task, logits={Family.SAFETY: logits}, target_BK=labels[:, None], groups=groups)


def test_the_blend_trusts_the_part_that_knows_and_calibrates_it() -> None:
    generator = torch.Generator().manual_seed(0)
    true_logit = torch.randn(4_000, generator=generator)
    labels = (torch.rand(4_000, generator=generator) < torch.sigmoid(true_logit)).float()
    noise = torch.randn(4_000, generator=generator)
    said = _predictions(3 * true_logit + 2, labels)
    blend = fit_blend([said], [{Family.SAFETY: noise[:, None].repeat(1, 2)}], [Family.SAFETY])[Family.SAFETY]
    assert blend.scale_C[0].item() == torch.tensor(1 / 3).item() or abs(blend.scale_C[0] - 1 / 3) < 0.05
    assert blend.share_C[0] < 0.05
    assert abs(blend.shift_C[0] + 2 / 3) < 0.1


def test_where_the_linear_part_speaks_alone_the_network_counts_nothing() -> None:
    generator = torch.Generator().manual_seed(0)
    true_logit = torch.randn(4_000, generator=generator)
    labels = (torch.rand(4_000, generator=generator) < torch.sigmoid(true_logit)).float()
    linear = {Family.SAFETY: 3 * true_logit[:, None].repeat(1, 2) + 2}
    said = _predictions(true_logit, labels)
    blend = fit_blend([said], [linear], [Family.SAFETY], alone=(Family.SAFETY,))[Family.SAFETY]
    assert blend.scale_C.tolist() == [0.0, 0.0]
    assert abs(blend.share_C[0] - 1 / 3) < 0.05
    assert abs(blend.shift_C[0] + 2 / 3) < 0.1


def test_a_folded_blend_says_the_same() -> None:
    only = replace(CONFIG, min_passages={"safety": 2})
    fitted = fit_linear_part(_planted()[:1], only, seed=0)
    batch = ngram_batch([fitted.vocabulary.weigh("stone harm")])
    linear = fitted.part.logits(batch)[Family.SAFETY]
    network = torch.tensor([[0.4, -0.2]])
    blend = FamilyBlend(
        scale_C=torch.tensor([0.5, 1.0]), share_C=torch.tensor([2.0, 0.1]), shift_C=torch.tensor([0.3, 0.0])
    )
    expected = blend.apply(network, linear)
    fold_blend(fitted.part, {Family.SAFETY: blend})
    torch.testing.assert_close(fitted.part({Family.SAFETY: network}, batch)[Family.SAFETY], expected)


def test_the_halves_share_no_group_and_lose_no_row() -> None:
    groups = tuple(f"g{place // 3}" for place in range(60))
    logits = torch.arange(120.0)[:, None].repeat(1, 2)
    network = Prediction(
        task=_planted()[0], logits={Family.SAFETY: logits}, target_BK=torch.arange(60.0)[:, None], groups=groups
    )
    one, other = half(Said(network=network, linear_RC={Family.SAFETY: logits}))
    assert set(one.network.groups).isdisjoint(other.network.groups)
    assert len(one.network.groups) + len(other.network.groups) == 60
    for side in (one, other):
        kept = side.network.target_BK[:, 0]
        assert side.network.logits[Family.SAFETY][:, 0].tolist() == [*kept.tolist(), *(kept + 60).tolist()]
        assert torch.equal(side.linear_RC[Family.SAFETY], side.network.logits[Family.SAFETY])


def test_what_is_reported_is_not_measured_where_it_was_fitted() -> None:
    generator = torch.Generator().manual_seed(0)
    labels = (torch.rand(300, generator=generator) < 0.5).float()
    noise = torch.randn(300, generator=generator)
    said = Said(network=_predictions(noise, labels), linear_RC={Family.SAFETY: noise[:, None].repeat(1, 2)})
    (accuracy,) = cross_fitted([said], [Family.SAFETY])
    assert accuracy.num_rows == 300
    assert 0.35 < accuracy.value < 0.65, "noise says nothing about rows that were not fitted on"


def test_a_threshold_below_one_half_is_found_where_scores_are_low() -> None:
    generator = torch.Generator().manual_seed(0)
    labels = (torch.rand(400, len(KOTE), generator=generator) < 0.1).float()
    logits = torch.logit(torch.where(labels > 0, 0.3, 0.1))
    task = _task("kote", EmotionObjective(Family.KOTE), [])
    target = torch.cat([labels, torch.zeros(400, 2)], dim=1)
    said = Prediction(task=task, logits={Family.KOTE: logits}, target_BK=target, groups=("",) * 400)
    thresholds = fit_thresholds([said], {Family.KOTE: 1.0})[Family.KOTE]
    assert all(0.1 < threshold <= 0.3 for threshold in thresholds)


def test_calibrated_scores_alone_give_nearly_the_best_threshold() -> None:
    generator = torch.Generator().manual_seed(0)
    scores = torch.rand(20_000, 1, generator=generator).square()
    labels = torch.rand(20_000, 1, generator=generator) < scores

    def f1(threshold: float) -> float:
        said = scores >= threshold
        return float(2 * (said & labels).sum() / (said.sum() + labels.sum()))

    # With no label at all the category is as rare as can be, so the probabilities decide alone.
    alone = f1_thresholds(scores, torch.zeros_like(labels)).item()
    assert f1(alone) > max(f1(candidate / 100) for candidate in range(1, 100)) - 0.005


def _crossed_task(family: Family) -> Task:
    """Rows that only the two words together decide: the text's word, and the context's, are each as often right."""
    rows = [(trait, deed) for trait in ("greedy", "kind") for deed in ("takes", "gives") for _ in range(10)]
    examples = tuple(
        Example(
            passages=((trait, f"she {deed} number{place}"),),
            target=(float((trait == "kind") == (deed == "gives")),),
            group=str(place),
        )
        for place, (trait, deed) in enumerate(rows)
    )
    return Task(name="traits", objective=JudgedObjective(family, "shown"), train=examples, dev=examples, files=())


def test_crossed_pairs_decide_what_neither_word_does() -> None:
    task = _crossed_task(Family.TRAIT)
    config = LinearConfig(
        min_passages={"trait": 2, "safety": 2}, strength=10.0, crossed_min_passages={"trait": 3}, common_words=1
    )
    fitted = fit_linear_part([task, *_planted()], config, seed=1)
    ids = [entry for place in range(len(fitted.vocabulary)) if (entry := fitted.vocabulary.entry(place))[0] == "x"]
    assert sorted(ids) == ["xgreedy\tgives", "xgreedy\ttakes", "xkind\tgives", "xkind\ttakes"], "'she' is too common"
    said = [
        float(fitted.part.logits(ngram_batch([fitted.vocabulary.weigh(trait, f"she {deed}")]))[Family.TRAIT][0, 0])
        for trait, deed in (("kind", "gives"), ("greedy", "takes"), ("kind", "takes"), ("greedy", "gives"))
    ]
    assert min(said[:2]) > 1 > -1 > max(said[2:])


def test_a_family_of_words_only_gives_letters_no_weight() -> None:
    config = replace(CONFIG, words_only=("safety",))
    fitted = fit_linear_part(_planted(), config, seed=1)
    table = next(table for table in fitted.part.each_table() if Family.SAFETY in table.families)
    column = sum(table.widths[: table.families.index(Family.SAFETY)])
    letters = [fitted.vocabulary.entry(place)[0] in "lL" for place in range(table.first, table.first + table.count)]
    assert any(letters)
    weights_V = table.weight[:, column]
    assert not weights_V[torch.tensor(letters)].any()
    assert weights_V[~torch.tensor(letters)].any()


def test_a_family_that_does_not_exist_is_refused_by_name() -> None:
    with pytest.raises(ConfigError, match="no family virtues"):
        LinearConfig(min_passages={"virtues": 2}, strength=1.0)


def test_korean_rows_teach_the_category_of_the_same_meaning_and_no_other() -> None:
    sad, touched = KOTE.index("슬픔"), KOTE.index("감동/감탄")
    label = GOEMOTIONS.index("sadness")
    rows = [
        ((("눈물이 났다" if place % 2 else "웃음이 났다"),), (*_one_hot(len(GOEMOTIONS), label, place % 2), 0.5, 0.0))
        for place in range(40)
    ]
    own = [(("그냥 댓글이다",), (*_one_hot(len(KOTE), touched, place % 2), 0.5, 0.0)) for place in range(40)]
    tasks = [
        _task("goemotions_ko", EmotionObjective(Family.GOEMOTIONS), rows),
        _task("kote", EmotionObjective(Family.KOTE), [*own, *((text, own[0][1]) for text, _ in rows[:4])]),
    ]
    taught = {found.column: [source.task for source in found.sources] for found in output_rows(tasks, Family.KOTE)}
    assert taught[sad] == ["goemotions_ko", "kote"]
    assert taught[touched] == ["kote"]
    fitted = fit_linear_part(tasks, LinearConfig(min_passages={"kote": 1}, strength=10.0), seed=1)
    said = {
        text: float(fitted.part.logits(ngram_batch([fitted.vocabulary.weigh(text)]))[Family.KOTE][0, sad])
        for text in ("눈물이 났다", "웃음이 났다")
    }
    assert said["눈물이 났다"] > said["웃음이 났다"] + 1


def _one_hot(width: int, place: int, value: int) -> tuple[float, ...]:
    return tuple(float(value) if at == place else 0.0 for at in range(width))
