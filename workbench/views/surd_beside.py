"""What must stand beside a decomposition: the cases, how they were counted, what is defined from what, what ties."""

from __future__ import annotations

from redheart_core.explain.surd import BinKind, Binning
from workbench.copy import say
from workbench.views import numbers
from workbench.views.surd_case import SurdCase, bits, quoted

_SHOWN_SHA = 12
_SHOWN_VALUES = 6
"""Categories of one variable that are listed."""


def beside_facts(case: SurdCase) -> tuple[tuple[str, str], ...]:
    """Return names and values for the list beside the figure."""
    sampling, result, language = case.sampling, case.report.result, case.language
    cells = numbers.count(_possible_cells(case))
    rows = [
        ("population", case.population.description.text(language)),
        *_scored_by(case),
        ("cases", _cases(case)),
        ("units", _units(case)),
        ("bins", _states(case)),
        ("cells", say("surd.fact.cells_value", language, cells=numbers.count(sampling.occupied_cells), of=cells)),
        ("order", _order(case)),
    ]
    if any(sampling.lags):
        lags = ", ".join(f"{name} {lag}" for name, lag in zip(case.sources, sampling.lags, strict=True))
        rows.append(("lags", lags))
    rows.append(("entropy", say("surd.bars.bits", language, bits=bits(result.target_entropy))))
    return tuple((say(f"surd.fact.{name}", language), value) for name, value in rows)


def definition_sentences(case: SurdCase) -> tuple[str, ...]:
    """Return one sentence for every component in the figure that is computed from others in it."""
    return tuple(rule.sentence.text(case.language) for rule in case.answer.definitions)


def population_notes(case: SurdCase) -> tuple[str, ...]:
    """Return what else the population wants said."""
    return tuple(note.text(case.language) for note in case.population.notes)


def tie_sentences(case: SurdCase) -> tuple[str, ...]:
    """Return where the label of a synergy is a convention, or might be another one in another sample."""
    if not (case.shows_split and case.shows_synergy):
        return ()
    ties = tuple(
        say("surd.tie.exact", case.language, sets=_sets(case, tie.keys), bits=bits(tie.bits))
        for tie in case.report.result.ties
    )
    close = tuple(
        say("surd.tie.close", case.language, sets=_sets(case, pair.keys), bits=bits(pair.bits))
        for pair in case.report.close_pairs
    )
    return (*ties, *close)


def state_facts(case: SurdCase) -> tuple[tuple[str, str], ...]:
    """Return for every variable how its values became states, with the cases in each."""
    names = (case.target, *case.sources)
    binnings = (case.sampling.target, *case.sampling.sources)
    return tuple((name, _state_text(case, binning)) for name, binning in zip(names, binnings, strict=True))


def _scored_by(case: SurdCase) -> list[tuple[str, str]]:
    """Return which weights made the numbers; nothing where no model did."""
    origin = case.population.provenance
    if origin.model is None:
        return []
    weights = (origin.checkpoint_sha256 or "")[:_SHOWN_SHA]
    return [("model", f"{origin.model} {weights}".rstrip())]


def _sets(case: SurdCase, keys: tuple[tuple[int, ...], ...]) -> str:
    return quoted([case.set_label(key) for key in keys], case.language)


def _cases(case: SurdCase) -> str:
    count = numbers.count(case.sampling.num_samples)
    if not case.answer.num_left_out:
        return count
    return say(
        "surd.fact.cases_left_out", case.language, count=count, left_out=numbers.count(case.answer.num_left_out)
    )  # fmt: skip


def _units(case: SurdCase) -> str:
    count, name = numbers.count(case.sampling.num_units), case.population.unit_name.text(case.language)
    return say("surd.fact.units_value", case.language, count=count, name=name)


def _states(case: SurdCase) -> str:
    parts = [say("surd.fact.states", case.language, name=case.target, count=str(case.sampling.target.num_states))]
    for name, binning in zip(case.sources, case.sampling.sources, strict=True):
        parts.append(say("surd.fact.states", case.language, name=name, count=str(binning.num_states)))
    return ", ".join(parts)


def _possible_cells(case: SurdCase) -> int:
    sizes = sorted((binning.num_states for binning in case.sampling.sources), reverse=True)
    cells = case.sampling.target.num_states
    for size in sizes[: case.report.result.max_order]:
        cells *= size
    return cells


def _order(case: SurdCase) -> str:
    result = case.report.result
    if result.max_order == result.num_sources:
        return say("surd.fact.order_all", case.language, count=str(result.num_sources))
    return say("surd.fact.order_cut", case.language, order=str(result.max_order), count=str(result.num_sources))


def _state_text(case: SurdCase, binning: Binning) -> str:
    masses = " · ".join(numbers.count(mass) for mass in binning.masses)
    if binning.kind is BinKind.CATEGORY:
        values = [value if isinstance(value, str) else f"{value:g}" for value in binning.categories[:_SHOWN_VALUES]]
        more = "…" if len(binning.categories) > _SHOWN_VALUES else ""
        return say("surd.fact.categories", case.language, values=", ".join(values) + more, masses=masses)
    edges = ", ".join(numbers.short(edge) for edge in binning.edges)
    return say(f"surd.fact.edges_{binning.kind.value}", case.language, edges=edges or "–", masses=masses)
