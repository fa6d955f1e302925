"""How small an interaction a sample could show, and whether that held where it was tried."""

from __future__ import annotations

from redheart_core.explain.surd.interaction import LEAST_SHARE
from redheart_core.explain.surd.systems import JUST_DETECTABLE
from redheart_core.measurements import Measurement
from workbench.copy import UiLanguage, say
from workbench.views import numbers
from workbench.views.concept_scores import p_text
from workbench.views.labels import listing
from workbench.views.surd_case import SurdCase, bits

MEASUREMENT = "surd_coverage"


def power_sentences(case: SurdCase, measurement: Measurement | None) -> tuple[str, ...]:
    """Return the least interaction that would be found, what was found, how that is known, and how it was tried.

    Nothing where no interaction was tested: one component alone, a table too large, or a total like chance.
    """
    if case.report.interaction_detectable is None or not case.shows_split:
        return ()
    return (_least(case), _method(case), *_tried(measurement, case.language))


def _least(case: SurdCase) -> str:
    report, language = case.report, case.language
    assert report.interaction_detectable is not None
    least = say(
        "surd.power.least", language, units=numbers.count(case.sampling.num_units),
        bits=bits(report.interaction_detectable),
        share=numbers.percent(report.interaction_detectable / report.total.plug_in),
    )  # fmt: skip
    if not case.shows_synergy or report.interaction_bits is None or report.interaction_p is None:
        return least
    found = say(
        "surd.power.found", language, bits=bits(report.interaction_bits), p=p_text(report.interaction_p)
    )  # fmt: skip
    return f"{least} {found}"


def _method(case: SurdCase) -> str:
    return say(
        "surd.power.method", case.language, count=numbers.count(case.report.num_surrogates),
        alpha=numbers.short(case.report.settings.alpha), least=numbers.percent(LEAST_SHARE),
    )  # fmt: skip


def _tried(measurement: Measurement | None, language: UiLanguage) -> tuple[str, ...]:
    rows = [] if measurement is None else [row for row in measurement.rows if row["system"] == JUST_DETECTABLE]
    if not rows:
        return ()
    shares = sorted(float(str(row["interaction_found"])) for row in rows)
    samples = listing((numbers.count(int(str(row["samples"]))) for row in rows), language)
    low, high = numbers.percent(shares[0]), numbers.percent(shares[-1])
    runs = numbers.count(int(str(rows[0]["runs"])))
    return (say("surd.power.tried", language, samples=samples, runs=runs, low=low, high=high),)
