"""The first layer: what speaks for and against each option, and what would change it. It names no winner."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from redheart_core.inference.results import Change, DilemmaEvaluation, OptionEvaluation
from redheart_core.vocabulary.bentham import Lens, Variable, View
from workbench.copy import UiLanguage, say
from workbench.views import numbers
from workbench.views.labels import lens_name, listing, variable_name
from workbench.views.shown import ShownOption, shown_options

NOTICEABLE = 0.03
"""Differences below this are not spoken of."""
_MOST_CLAIMS = 3
_MOST_CHANGES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionCase:
    """What speaks for and against one option, compared with the others."""

    letter: str
    name: str
    score: str
    """Its score with the interval."""
    speaks_for: tuple[str, ...]
    speaks_against: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeoffView:
    """The trade-off in sentences. Quotes what a person typed, so nothing here is HTML."""

    sentence: str
    uncertainty: str
    source: str
    """Whose judgement the labels represent."""
    cases: tuple[OptionCase, ...]
    changes: tuple[str, ...]
    """Smallest single changes after which another option scores highest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Aspect:
    """One respect in which options are compared."""

    key: str
    orientation: int
    """1 when more is better, -1 when less is."""
    read: Callable[[OptionEvaluation], float | None]


def _mean_regret(option: OptionEvaluation) -> float:
    values = [by_view[View.REALISTIC] for by_view in option.regret.values()]
    return sum(values) / len(values)


_ASPECTS = (
    _Aspect(key="hedonic", orientation=1, read=lambda o: o.hedonic),
    _Aspect(key="external_cost", orientation=-1, read=lambda o: o.variables[Variable.EXTERNAL_COST]),
    _Aspect(key="redistribution_effect", orientation=1, read=lambda o: o.variables[Variable.REDISTRIBUTION_EFFECT]),
    _Aspect(key="self_damage", orientation=-1, read=lambda o: o.variables[Variable.SELF_DAMAGE]),
    _Aspect(key="deontological", orientation=1, read=lambda o: o.reasoning[Lens.DEONTOLOGICAL]),
    _Aspect(key="virtue_ethics", orientation=1, read=lambda o: o.reasoning[Lens.VIRTUE_ETHICS]),
    _Aspect(key="regret", orientation=-1, read=_mean_regret),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Margin:
    """How one option compares with the mean of the others in one respect."""

    aspect: _Aspect
    own: float
    other: float

    @property
    def gain(self) -> float:
        return self.aspect.orientation * (self.own - self.other)


def tradeoff_view(evaluation: DilemmaEvaluation, language: UiLanguage) -> TradeoffView:
    """Put the trade-off between the options into sentences."""
    options = shown_options(evaluation)
    margins = {option.letter: _margins(option, options) for option in options}
    return TradeoffView(
        sentence=_sentence(options, margins, language),
        uncertainty=_uncertainty(options, language),
        source=say("dilemma.result.source", language),
        cases=tuple(_case(option, margins[option.letter], language) for option in options),
        changes=tuple(_change(change, options, language) for change in evaluation.counterfactuals[:_MOST_CHANGES]),
    )


def _margins(option: ShownOption, options: tuple[ShownOption, ...]) -> tuple[_Margin, ...]:
    """Return the noticeable differences, largest first."""
    found = []
    for aspect in _ASPECTS:
        own = aspect.read(option.evaluation)
        others = [aspect.read(other.evaluation) for other in options if other is not option]
        known = [value for value in others if value is not None]
        if own is None or not known:
            continue
        margin = _Margin(aspect=aspect, own=own, other=sum(known) / len(known))
        if abs(margin.gain) >= NOTICEABLE:
            found.append(margin)
    return tuple(sorted(found, key=lambda margin: (-abs(margin.gain), margin.aspect.key)))


def _case(option: ShownOption, margins: tuple[_Margin, ...], language: UiLanguage) -> OptionCase:
    evaluation = option.evaluation
    return OptionCase(
        letter=option.letter,
        name=option.name,
        score=numbers.interval(evaluation.ethical_score, *evaluation.interval),
        speaks_for=tuple(_claim(m, "for", language) for m in margins if m.gain > 0)[:_MOST_CLAIMS],
        speaks_against=tuple(_claim(m, "against", language) for m in margins if m.gain < 0)[:_MOST_CLAIMS],
    )


def _claim(margin: _Margin, side: str, language: UiLanguage) -> str:
    own, other = numbers.score(margin.own), numbers.score(margin.other)
    return say(f"dilemma.aspect.{margin.aspect.key}.{side}", language, own=own, other=other)


def _change(change: Change, options: tuple[ShownOption, ...], language: UiLanguage) -> str:
    """Say a change with the options' letters; the core's own sentence quotes their full names."""
    letters = {option.name: option.letter for option in options}
    if change.new_leader not in letters:
        return change.sentence
    return say(
        f"dilemma.change.{change.kind}",
        language,
        letter=letters.get(change.option or "", ""),
        name=_changed_name(change.name, language),
        before=numbers.score(change.before),
        after=numbers.score(change.after),
        leader=letters[change.new_leader],
    )


def _changed_name(name: str, language: UiLanguage) -> str:
    if name in set(Lens):
        return lens_name(Lens(name), language)
    if name in set(Variable):
        return variable_name(Variable(name), language)
    return say("terms.hedonic.name", language) if name == "hedonic" else name


def _sentence(options: tuple[ShownOption, ...], margins: dict[str, tuple[_Margin, ...]], language: UiLanguage) -> str:
    ahead = []
    for option in options:
        best = next((margin for margin in margins[option.letter] if margin.gain > 0), None)
        if best is not None:
            what = say(f"dilemma.aspect.{best.aspect.key}.name", language)
            ahead.append(say("dilemma.result.ahead", language, letter=option.letter, what=what))
    if not ahead:
        return say("dilemma.result.no_difference", language)
    if len(ahead) == 1 and len(options) == 2:
        return say("dilemma.result.one_sided", language, ahead=ahead[0])
    return say("dilemma.result.tradeoff", language, ahead=listing(ahead, language))


def _uncertainty(options: tuple[ShownOption, ...], language: UiLanguage) -> str:
    shown = [f"{o.letter} {numbers.interval(o.evaluation.ethical_score, *o.evaluation.interval)}" for o in options]
    key = "overlap" if intervals_overlap(options) else "apart"
    return say(f"dilemma.result.{key}", language, scores=", ".join(shown))


def intervals_overlap(options: tuple[ShownOption, ...]) -> bool:
    """Whether the interval of the highest score reaches into that of any other option."""
    ranked = sorted(options, key=lambda option: -option.evaluation.ethical_score)
    lowest = ranked[0].evaluation.interval[0]
    return any(option.evaluation.interval[1] >= lowest for option in ranked[1:])
