"""Who is affected, what the three ethical readings say, and what remains over time: small tables of an evaluation."""

from __future__ import annotations

from redheart_core.inference.results import DilemmaEvaluation
from redheart_core.vocabulary.bentham import Lens
from workbench.copy import UiLanguage, say
from workbench.views import numbers
from workbench.views.figure import Table
from workbench.views.labels import lens_name
from workbench.views.order import drawn_names, shown_order
from workbench.views.shown import shown_options


def parties_table(evaluation: DilemmaEvaluation, language: UiLanguage) -> Table:
    """Return one row per affected party with the effect of each option, -1 to 1."""
    options = shown_options(evaluation)
    keys = ("party", "people", "vulnerability", "origin")
    columns = tuple(say(f"charts.column.{key}", language) for key in keys)
    by_name = {party.name: party for party in evaluation.affected_parties}
    rows = []
    for name in drawn_names(shown_order(evaluation.dilemma).seed, tuple(by_name)):
        party = by_name[name]
        effects = {effect.option: effect.effect for effect in party.effects}
        rows.append(
            (
                party.name,
                numbers.count(party.count),
                numbers.score(party.vulnerability),
                say(f"charts.origin.{party.source}", language),
                *(_signed(effects.get(option.name)) for option in options),
            )
        )
    return Table(name="parties", columns=(*columns, *(o.letter for o in options)), rows=tuple(rows))


def lenses_table(evaluation: DilemmaEvaluation, language: UiLanguage) -> Table:
    """Return one row per ethical reading: its credence, what it looks at, and each option's value."""
    options = shown_options(evaluation)
    none = say("charts.no_evidence", language)
    columns = (
        say("charts.column.lens", language),
        say("charts.column.credence", language),
        *(o.letter for o in options),
    )
    rows = []
    for lens in Lens:
        values = [o.evaluation.reasoning[lens] for o in options]
        rows.append(
            (
                lens_name(lens, language),
                numbers.percent(evaluation.credences[lens]),
                *(none if value is None else numbers.score(value) for value in values),
            )
        )
    return Table(name="lenses", columns=columns, rows=tuple(rows))


def reasons_table(evaluation: DilemmaEvaluation, language: UiLanguage) -> Table:
    """Return why each reading says what it says, and what remains over time, option by option."""
    columns = tuple(say(f"charts.column.{key}", language) for key in ("option", "lens", "reason"))
    impacts = {impact.option: impact for impact in evaluation.long_term_impact}
    rows = []
    for option in shown_options(evaluation):
        rows += [(option.letter, lens_name(lens, language), option.evaluation.lens_reasons[lens]) for lens in Lens]
        impact = impacts.get(option.name)
        if impact is not None:
            text = f"{numbers.signed(impact.impact)} · {impact.reason}"
            rows.append((option.letter, say("charts.long_term", language), text))
    return Table(name="reasons", columns=columns, rows=tuple(rows))


def _signed(value: float | None) -> str:
    return "" if value is None else numbers.signed(value)
