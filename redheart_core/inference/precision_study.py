"""How far a lower precision moves the answers: output differences on real texts, recommendations on real dilemmas.

Dimensions: N texts, C outputs of a family, B passages, T tokens.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from redheart_core.inference.engine import RedHeart
from redheart_core.model.network import ModelOutput, RedHeartModel
from redheart_core.model.ngrams import NgramBatch, ngram_batch
from redheart_core.model.outputs import to_output_scale
from redheart_core.text.tokenizer import Encoding, Tokenizer
from redheart_core.vocabulary.dilemma import Dilemma
from redheart_core.vocabulary.reading import OUTPUTS, READ_FAMILIES, Family

Array = npt.NDArray[np.float64]
Outputs = Mapping[Family, Array]
"""(N, C) by family, on the scale on which outputs are declared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadOutputs:
    """Which outputs are compared, and the temperature of each family."""

    names: Mapping[Family, tuple[str, ...]]
    temperatures: Mapping[Family, float]

    @classmethod
    def everything(cls) -> ReadOutputs:
        """Return all outputs at temperature one: for a model that was not trained."""
        names = {family: OUTPUTS[family] for family in READ_FAMILIES}
        return cls(names=names, temperatures=dict.fromkeys(names, 1.0))


@dataclass(frozen=True, slots=True, kw_only=True)
class FamilyDifference:
    """How far the outputs of one family moved, in their own units."""

    family: Family
    mean: float
    """Mean absolute difference over texts and outputs."""
    largest: float
    rank_correlation: float | None
    """Spearman: does each output order the texts alike? Mean over outputs; None where none varies."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What came of one dilemma: its scores in the order of its options, and the recommended option or None."""

    scores: tuple[float, ...]
    recommended: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgementDifference:
    """How far scores and recommendations moved over dilemmas."""

    num_dilemmas: int
    mean: float
    """Mean absolute difference of the options' ethical scores."""
    largest: float
    rank_correlation: float | None
    """Spearman over the ethical scores of all options."""
    changed_share: float
    """Share of dilemmas in which another option, or no longer the same, is recommended; abstaining counts as one."""
    reversed_share: float
    """Share in which one option was recommended and now another is."""


def read_outputs(model: RedHeartModel, encodings: Iterable[Encoding], wanted: ReadOutputs) -> Outputs:
    """Read texts one at a time, as answers are given."""
    found: dict[Family, list[Array]] = {family: [] for family in wanted.names}
    for encoding in encodings:
        with torch.inference_mode():
            output = model(*_inputs([encoding]))
        for family, rows_BC in _on_scale(output, wanted).items():
            found[family].append(rows_BC)
    return {family: np.concatenate(rows) for family, rows in found.items()}


def batch_difference(
    model: RedHeartModel, encodings: Sequence[Encoding], wanted: ReadOutputs, *, batch: int = 8
) -> float:
    """Return the largest difference of an output between a text alone and the text padded in a batch."""
    alone = read_outputs(model, encodings, wanted)
    largest = 0.0
    for start in range(0, len(encodings), batch):
        chosen = slice(start, start + batch)
        with torch.inference_mode():
            together = _on_scale(model(*_inputs(encodings[chosen])), wanted)
        largest = max(largest, *(float(np.abs(together[f] - alone[f][chosen]).max()) for f in together))
    return largest


def compare_outputs(reference: Outputs, other: Outputs) -> tuple[FamilyDifference, ...]:
    """Compare outputs family by family.

    Raises:
        ValueError: The two do not hold the same outputs of the same texts.
    """
    if {f: rows.shape for f, rows in reference.items()} != {f: rows.shape for f, rows in other.items()}:
        raise ValueError("Both sides must hold the same families, texts and outputs.")
    return tuple(
        FamilyDifference(
            family=family,
            mean=float(np.abs(other[family] - rows_NC).mean()),
            largest=float(np.abs(other[family] - rows_NC).max()),
            rank_correlation=_mean_rank_correlation(rows_NC, other[family]),
        )
        for family, rows_NC in reference.items()
    )


def judge(system: RedHeart, dilemmas: Iterable[Dilemma]) -> tuple[Judgement, ...]:
    """Evaluate dilemmas one after the other."""
    results = (system.evaluate_ethics(dilemma) for dilemma in dilemmas)
    return tuple(
        Judgement(
            scores=tuple(option.ethical_score for option in result.options), recommended=result.recommendation.option
        )
        for result in results
    )


def compare_judgements(reference: Sequence[Judgement], other: Sequence[Judgement]) -> JudgementDifference:
    """Compare what came of the same dilemmas.

    Raises:
        ValueError: They are not the same dilemmas, or none was scored.
    """
    if [len(one.scores) for one in reference] != [len(one.scores) for one in other]:
        raise ValueError("Both sides must hold the same dilemmas with the same options.")
    first = np.array([score for one in reference for score in one.scores])
    second = np.array([score for one in other for score in one.scores])
    if not len(first):
        raise ValueError("No dilemma was scored, so there is nothing to compare.")
    changed = [(a.recommended, b.recommended) for a, b in zip(reference, other, strict=True)]
    return JudgementDifference(
        num_dilemmas=len(changed),
        mean=float(np.abs(second - first).mean()),
        largest=float(np.abs(second - first).max()),
        rank_correlation=rank_correlation(first, second),
        changed_share=sum(a != b for a, b in changed) / len(changed),
        reversed_share=sum(a != b and None not in (a, b) for a, b in changed) / len(changed),
    )


def rank_correlation(first: Array, second: Array) -> float | None:
    """Return Spearman's correlation, with the mean rank for ties; None where one side does not vary."""
    ranks = [_ranks(values) for values in (first, second)]
    if any(np.ptp(one) == 0 for one in ranks):
        return None
    return float(np.corrcoef(ranks[0], ranks[1])[0, 1])


def encode_all(tokenizer: Tokenizer, texts: Iterable[str], *, max_tokens: int) -> tuple[Encoding, ...]:
    """Return the tokens of every text, without context."""
    return tuple(tokenizer.encode(text, context="", max_tokens=max_tokens) for text in texts)


def _mean_rank_correlation(first_NC: Array, second_NC: Array) -> float | None:
    columns = [rank_correlation(first_NC[:, c], second_NC[:, c]) for c in range(first_NC.shape[1])]
    known = [value for value in columns if value is not None]
    return float(np.mean(known)) if known else None


def _ranks(values: Array) -> Array:
    _, group, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    ranks: Array = (last - (counts - 1) / 2)[group]
    return ranks


def _inputs(encodings: Sequence[Encoding]) -> tuple[Tensor, Tensor, Tensor, NgramBatch | None]:
    """Return ids, mask and segments (B, T), padded behind the passage, and the n-grams."""
    length = max(len(encoding.ids) for encoding in encodings)
    ids_BT, mask_BT, segments_BT = (torch.zeros(len(encodings), length, dtype=torch.long) for _ in range(3))
    for row, encoding in enumerate(encodings):
        count = len(encoding.ids)
        ids_BT[row, :count], mask_BT[row, :count] = torch.tensor(encoding.ids), 1
        segments_BT[row, :count] = torch.tensor(encoding.segments)
    vectors = [encoding.ngrams for encoding in encodings if encoding.ngrams is not None]
    return ids_BT, mask_BT.bool(), segments_BT, ngram_batch(vectors) if vectors else None


def _on_scale(output: ModelOutput, wanted: ReadOutputs) -> dict[Family, Array]:
    chosen = {}
    for family, names in wanted.names.items():
        scaled_BC = to_output_scale(family, output.logits[family], wanted.temperatures[family])
        positions = [OUTPUTS[family].index(name) for name in names]
        chosen[family] = scaled_BC[:, positions].double().numpy()
    return chosen
