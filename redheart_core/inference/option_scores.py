"""Many options at once: the model reads them in batches, then each takes the recorded path of an evaluation.

Equal cases are scored once. The order of the distinct cases decides the batches, so the same cases in the same order
give the same numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from redheart_core.inference.dilemma import begin_situation
from redheart_core.inference.option import OptionSteps, evaluate_option
from redheart_core.inference.settings import Settings
from redheart_core.reasoning.trace import Recorder
from redheart_core.vocabulary.dilemma import Party
from redheart_core.vocabulary.language import Language
from redheart_core.vocabulary.reading import Family, NeuralReader, NeuralReading

BATCH_CASES = 16
"""Options that the model reads together; each takes nine rows of what follows the backbone."""
Report = Callable[[int, int], None]
"""Told how many distinct cases are scored, of how many. What it raises ends the work."""


@runtime_checkable
class ManyReader(Protocol):
    """A reader that can read several passages in one pass."""

    def read_many(self, passages: Sequence[tuple[str, str]]) -> tuple[NeuralReading, ...]:
        """Read pairs of text and context."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionCase:
    """An option seen against its situation; both normalised, either may be empty."""

    situation: str
    option: str
    parties: tuple[Party, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionScores:
    """What an evaluation calculates of one option."""

    hedonic: float
    variables: Mapping[str, float]
    deviations: Mapping[str, float]
    """Of the hedonic value and the ten variables."""
    layers: Mapping[str, float]
    """Factor of each weight layer."""
    lenses: Mapping[str, float | None]
    views: Mapping[str, float]
    """The score in each of the three views."""
    integrated: float
    ethical: float


def score_options(
    cases: Sequence[OptionCase],
    *,
    reader: NeuralReader | None,
    language: Language,
    settings: Settings | None = None,
    report: Report = lambda done, total: None,
) -> dict[OptionCase, OptionScores]:
    """Score every distinct case, in the order of its first appearance.

    Args:
        cases: Options; repetitions cost nothing.
        reader: The neural part; None for the rules alone.
        language: Of all texts.
        settings: The reader's choices; the defaults when absent.
        report: Progress. The lease of the network is given back between batches.
    """
    distinct = tuple(dict.fromkeys(cases))
    chosen = settings or Settings()
    found: dict[OptionCase, OptionScores] = {}
    report(0, len(distinct))
    # Passages of one length are read together, so that little of a batch is padding.
    by_length = sorted(distinct, key=lambda case: (len(case.situation) + len(case.option), case.situation, case.option))
    for start in range(0, len(by_length), BATCH_CASES):
        batch = by_length[start : start + BATCH_CASES]
        said = None if reader is None else _read(reader, batch)
        for case in batch:
            found[case] = _scores(case, said, language, chosen)
        report(len(found), len(distinct))
    return {case: found[case] for case in distinct}


@dataclass(frozen=True, slots=True, kw_only=True)
class _ReadBefore:
    """A reader that repeats what was read in a batch."""

    readings: Mapping[tuple[str, str], NeuralReading]
    checkpoint_sha256: str
    trained_families: frozenset[Family]

    def read(self, text: str, *, context: str = "") -> NeuralReading:
        """Return the reading of a passage of the batch."""
        return self.readings[text, context]


def _read(reader: NeuralReader, batch: Sequence[OptionCase]) -> NeuralReader:
    passages = list(dict.fromkeys((case.option, case.situation) for case in batch))
    if isinstance(reader, ManyReader):
        said = reader.read_many(passages)
    else:
        said = tuple(reader.read(text, context=context) for text, context in passages)
    return _ReadBefore(
        readings=dict(zip(passages, said, strict=True)),
        checkpoint_sha256=reader.checkpoint_sha256,
        trained_families=reader.trained_families,
    )


def _scores(case: OptionCase, reader: NeuralReader | None, language: Language, settings: Settings) -> OptionScores:
    recorder = Recorder()
    shared = begin_situation(recorder, case.situation, case.parties, language, settings, reader)
    return scores_of(evaluate_option(recorder, shared, 0, case.option))


def scores_of(steps: OptionSteps) -> OptionScores:
    """Return the numbers of a recorded option."""
    return OptionScores(
        hedonic=steps.hedonic.value,
        variables=steps.variables.value,
        deviations=steps.deviations.value,
        layers=steps.factors.value,
        lenses=steps.lenses.value,
        views=steps.views.value,
        integrated=steps.integrated.value,
        ethical=steps.ethical.value,
    )
