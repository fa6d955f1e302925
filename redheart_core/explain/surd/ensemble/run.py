"""Drawing the cases of an ensemble and scoring them by the one path that computes an analysis.

Equal texts are scored once. Where variables are moved too, the moves act on what was calculated for the case's text,
and the score's formula (``reasoning.score``) is applied to all cases of that text together.

Letters: N cases, P parts, I = 11 inputs of the score (the hedonic value, then the ten variables).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from redheart_core.errors import InputError
from redheart_core.explain.surd.ensemble.design import Design
from redheart_core.explain.surd.ensemble.variants import Field, Part, assembled, draw, prepare
from redheart_core.inference.option_scores import OptionCase, OptionScores, SpreadScores, score_options
from redheart_core.inference.passage import speaks_of_self_harm
from redheart_core.inference.settings import Settings
from redheart_core.reasoning import score
from redheart_core.text.extract import extract_features
from redheart_core.text.language import require_supported
from redheart_core.vocabulary.bentham import View
from redheart_core.vocabulary.dilemma import Dilemma, Party, clean_passage
from redheart_core.vocabulary.language import Language
from redheart_core.vocabulary.reading import NeuralReader

Floats = NDArray[np.float64]
Report = Callable[[int, int], None]

INTEGRATED = "integrated"
VIEWS = tuple(view.value for view in View)
_LOW = np.array([-1.0] + [0.0] * (len(score.INPUTS) - 1))
_HIGH = np.ones(len(score.INPUTS))


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """The option of a dilemma, or the one text, that the ensemble is drawn around. Hashable, so it can be a key."""

    situation: str
    """Empty for a text that stands alone."""
    option: str
    parties: tuple[Party, ...] = ()

    @classmethod
    def of_option(cls, dilemma: Dilemma, place: int) -> Subject:
        """Take one option of a dilemma, counted from 0.

        Raises:
            InputError: There is no such option.
        """
        if not 0 <= place < len(dilemma.options):
            raise InputError(
                code="surd_option",
                en=f"There is no option {place + 1}; the dilemma has {len(dilemma.options)}.",
                ko=f"{place + 1}번 선택지가 없어요. 선택지는 {len(dilemma.options)}개예요.",
            )
        return cls(situation=dilemma.situation, option=dilemma.options[place].name, parties=tuple(dilemma.parties))

    @classmethod
    def of_text(cls, text: str) -> Subject:
        """Take a text that stands alone.

        Raises:
            InputError: It is empty or too long.
        """
        return cls(situation="", option=clean_passage(text, what_en="text", what_ko="글"))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ensemble:
    """The drawn cases with their scores."""

    subject: Subject
    language: Language
    design: Design
    parts: tuple[Part, ...]
    variants_NP: NDArray[np.intp]
    """Which variant of each part; no columns where texts are not edited."""
    moves_NI: Floats
    """By how many of its deviations each input is moved, before it is cut to its range; no columns where none is."""
    scores: Mapping[str, Floats]
    """By name, (N,): the views (only the realistic one without deviations), the integrated score, the components."""
    num_texts: int
    """Different texts that were scored."""


def run_ensemble(
    subject: Subject,
    design: Design,
    *,
    reader: NeuralReader | None,
    settings: Settings | None = None,
    report: Report = lambda done, total: None,
) -> Ensemble:
    """Draw and score.

    Args:
        subject: What is varied.
        design: How. The same subject, design and checkpoint give the same numbers.
        reader: The neural part; None for the rules alone.
        settings: Weights of the views; the defaults when absent.
        report: Told how many different texts are scored, of how many. What it raises ends the work.

    Raises:
        InputError: The language cannot be read, the text speaks of self-harm, or nothing in it can be varied.
    """
    language = require_supported(f"{subject.situation}\n{subject.option}")
    _refuse_self_harm(subject, language)
    chosen = settings or Settings()
    parts = _parts(subject, language, design)
    variants_NP, moves_NI = draw(parts, design), _moves(design)
    cases = _cases(subject, parts, variants_NP)
    found = score_options(
        cases,
        reader=reader,
        language=language,
        settings=chosen,
        spread=design.with_views or design.moves_variables,
        report=report,
    )
    moved = _moved(cases, found, moves_NI, chosen) if design.moves_variables else _recorded(cases, found)
    return Ensemble(
        subject=subject,
        language=language,
        design=design,
        parts=parts,
        variants_NP=variants_NP,
        moves_NI=moves_NI,
        scores=moved,
        num_texts=len(found),
    )


def _refuse_self_harm(subject: Subject, language: Language) -> None:
    if speaks_of_self_harm(*(extract_features(text, language) for text in (subject.situation, subject.option))):
        raise InputError(
            code="self_harm",
            en="A text that speaks of self-harm is not scored, so there is no score to take apart.",
            ko="자해를 이야기하는 글에는 점수를 매기지 않아요. 그래서 나눌 점수도 없어요.",
        )


def _parts(subject: Subject, language: Language, design: Design) -> tuple[Part, ...]:
    if not design.moves_text:
        return ()
    parts = prepare(subject.situation, subject.option, language=language, design=design)
    if not parts:
        raise InputError(
            code="surd_no_parts",
            en="The text has no words, so there is nothing to leave out or alter.",
            ko="글에 낱말이 없어서 빼거나 바꿀 것이 없어요.",
        )
    return parts


def _moves(design: Design) -> Floats:
    """Draw normal moves in units of deviations, (N, I); inputs are independent of each other and of the texts."""
    if not design.moves_variables:
        return np.empty((design.num_cases, 0))
    streams = np.random.SeedSequence([design.seed, 2]).spawn(len(score.INPUTS))
    drawn = [np.random.default_rng(stream).standard_normal(design.num_cases) for stream in streams]
    return design.width * np.stack(drawn, axis=1)


def _cases(subject: Subject, parts: Sequence[Part], variants_NP: NDArray[np.intp]) -> list[OptionCase]:
    if not parts:
        base = OptionCase(situation=subject.situation, option=subject.option, parties=subject.parties)
        return [base] * len(variants_NP)
    distinct_DP, which_N = np.unique(variants_NP, axis=0, return_inverse=True)
    different = [
        OptionCase(
            situation=assembled(parts, variants_P, Field.SITUATION),
            option=assembled(parts, variants_P, Field.OPTION),
            parties=subject.parties,
        )
        for variants_P in distinct_DP.tolist()
    ]
    return [different[place] for place in which_N.ravel().tolist()]


def _recorded(cases: Sequence[OptionCase], found: Mapping[OptionCase, OptionScores]) -> dict[str, Floats]:
    """Return what was calculated, case by case."""
    rows = [_named(found[case]) for case in cases]
    return {name: np.array([row[name] for row in rows]) for name in rows[0]}


def _named(scores: OptionScores) -> dict[str, float]:
    spread = scores.spread
    told = (
        {View.REALISTIC.value: scores.realistic} if spread is None else {**spread.views, INTEGRATED: spread.integrated}
    )
    return {**told, "hedonic": scores.hedonic, **scores.variables}


def _moved(
    cases: Sequence[OptionCase],
    found: Mapping[OptionCase, OptionScores],
    moves_NI: Floats,
    settings: Settings,
) -> dict[str, Floats]:
    """Move the inputs of each case and calculate its views again."""
    inputs_NI = np.empty_like(moves_NI)
    views_WN = np.empty((len(VIEWS), len(cases)))
    places: dict[OptionCase, list[int]] = {}
    for place, case in enumerate(cases):
        places.setdefault(case, []).append(place)
    for case, members in places.items():
        scores = found[case]
        assert scores.spread is not None  # asked for above
        inputs_NI[members] = moved_inputs(scores, scores.spread, moves_NI[members])
        views_WN[:, members] = score.view_scores(
            inputs_NI[members],
            _deviations(scores.spread),
            score.variable_factors(scores.layers),
            score.weight_vector(score.default_weights()),
            score.VIEW_WIDTH,
        )
    weights = np.array([settings.view_weights[view] for view in View])
    told = {**dict(zip(VIEWS, views_WN, strict=True)), INTEGRATED: weights @ views_WN}
    return {**told, **{name: inputs_NI[:, place] for place, name in enumerate(score.INPUTS)}}


def moved_inputs(scores: OptionScores, spread: SpreadScores, moves_NI: Floats) -> Floats:
    """Return the inputs moved by that many of their own deviations and cut to their ranges, (N, I)."""
    point_I = score.input_vector(scores.hedonic, scores.variables)
    return np.clip(point_I + moves_NI * _deviations(spread), _LOW, _HIGH)


def _deviations(spread: SpreadScores) -> Floats:
    return np.array([spread.deviations[name] for name in score.INPUTS])
