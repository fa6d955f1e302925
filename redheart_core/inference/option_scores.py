"""Many options at once: the model reads them in batches, then each takes the recorded path of an evaluation.

Equal cases are scored once. The order of the distinct cases decides the batches, so the same cases in the same order
give the same numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from redheart_core.inference.dilemma import begin_situation
from redheart_core.inference.option import OptionSteps, evaluate_option
from redheart_core.inference.read_ahead import read_ahead
from redheart_core.inference.settings import Settings
from redheart_core.reasoning.trace import Recorder
from redheart_core.vocabulary.bentham import View
from redheart_core.vocabulary.dilemma import Party
from redheart_core.vocabulary.language import Language
from redheart_core.vocabulary.reading import NeuralReader

BATCH_CASES = {True: 16, False: 64}
"""Options that the model reads together, with deviations (nine rows each of what follows the backbone) and without."""
Report = Callable[[int, int], None]
"""Told how many distinct cases are scored, of how many. What it raises ends the work."""


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
    layers: Mapping[str, float]
    """Factor of each weight layer."""
    realistic: float
    spread: SpreadScores | None
    """None where the model's deviations were not measured."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpreadScores:
    """What rests on the deviations, too."""

    deviations: Mapping[str, float]
    """Of the hedonic value and the ten variables."""
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
    spread: bool = True,
    report: Report = lambda done, total: None,
) -> dict[OptionCase, OptionScores]:
    """Score every distinct case, in the order of its first appearance.

    Args:
        cases: Options; repetitions cost nothing.
        reader: The neural part; None for the rules alone.
        language: Of all texts.
        settings: The reader's choices; the defaults when absent.
        spread: Whether to measure deviations, too. They take about two thirds of the time, and the hedonic value,
            the variables and the realistic score do not depend on them.
        report: Progress. The lease of the network is given back between batches.
    """
    distinct = tuple(dict.fromkeys(cases))
    chosen = settings or Settings()
    found: dict[OptionCase, OptionScores] = {}
    report(0, len(distinct))
    # Passages of one length are read together, so that little of a batch is padding.
    by_length = sorted(distinct, key=lambda case: (len(case.situation) + len(case.option), case.situation, case.option))
    size = BATCH_CASES[spread]
    for start in range(0, len(by_length), size):
        batch = by_length[start : start + size]
        passages = [(case.option, case.situation) for case in batch]
        said = None if reader is None else read_ahead(reader, passages, deviations=spread)
        for case in batch:
            found[case] = _scores(case, said, language, chosen, spread=spread)
        report(len(found), len(distinct))
    return {case: found[case] for case in distinct}


def _scores(
    case: OptionCase, reader: NeuralReader | None, language: Language, settings: Settings, *, spread: bool
) -> OptionScores:
    recorder = Recorder()
    shared = begin_situation(recorder, case.situation, case.parties, language, settings, reader)
    steps = evaluate_option(recorder, shared, 0, case.option)
    return OptionScores(
        hedonic=steps.hedonic.value,
        variables=steps.variables.value,
        layers=steps.factors.value,
        realistic=steps.views.value[View.REALISTIC.value],
        spread=_spread(steps) if spread else None,
    )


def _spread(steps: OptionSteps) -> SpreadScores:
    return SpreadScores(
        deviations=steps.deviations.value,
        views=steps.views.value,
        integrated=steps.integrated.value,
        ethical=steps.ethical.value,
    )
