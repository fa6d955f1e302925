"""Three precisions side by side: size, speed, and how far the answers move."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from redheart_core.measurements import Measurement, Scalar
from redheart_core.vocabulary.reading import Family
from workbench.copy import UiLanguage, say
from workbench.views.figure import FigureText, Table
from workbench.views.labels import family_name
from workbench.views.measured import decimal, full_table, gib, milliseconds, number, text

LIMIT_MS = 500.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeedDot:
    """One variant's time, from the fastest to the slowest round."""

    label: str
    median_ms: float
    low_ms: float
    high_ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeedView:
    """How long one passage takes in each variant, against the limit of the documents."""

    text: FigureText
    dots: tuple[SpeedDot, ...]
    limit_ms: float
    limit_label: str
    axis_label: str
    summary: Table
    table: Table


def speed_view(measurement: Measurement, language: UiLanguage) -> SpeedView:
    """Lay out what ``redheart bench`` measured."""
    dots = tuple(_dot(row, language) for row in measurement.rows)
    fastest = min(dots, key=lambda dot: dot.median_ms)
    return SpeedView(
        text=FigureText(
            title=say(
                "machinery.speed.finding",
                language,
                variant=fastest.label,
                time=milliseconds(fastest.median_ms),
                tokens=str(measurement.facts.get("tokens", "")),
            ),
            subtitle=say("machinery.speed.subtitle", language),
            alt="; ".join(f"{dot.label} {milliseconds(dot.median_ms)}" for dot in dots),
        ),
        dots=dots,
        limit_ms=LIMIT_MS,
        limit_label=say("machinery.speed.limit", language, limit=milliseconds(LIMIT_MS)),
        axis_label=say("machinery.speed.axis", language),
        summary=_summary(measurement, language),
        table=full_table("speed", measurement),
    )


def _dot(row: Mapping[str, Scalar], language: UiLanguage) -> SpeedDot:
    kind = "answer" if number(row, "answer_ms") is not None else "forward"
    values = [number(row, f"{kind}_ms{end}") or 0.0 for end in ("", "_low", "_high")]
    return SpeedDot(label=variant_name(row, language), median_ms=values[0], low_ms=values[1], high_ms=values[2])


def variant_name(row: Mapping[str, Scalar], language: UiLanguage) -> str:
    """Return the name of a timed variant."""
    name = text(row, "variant")
    return say("machinery.speed.plain", language) if name.startswith("plain") else name


def _summary(measurement: Measurement, language: UiLanguage) -> Table:
    keys = ("variant", "weights", "resident", "load", "forward", "answer")
    rows = tuple(
        (
            variant_name(row, language),
            gib(number(row, "weight_bytes")),
            f"× {decimal(number(row, 'resident_share'))}",
            f"{decimal(number(row, 'load_s'), 1)} s",
            milliseconds(number(row, "forward_ms")),
            milliseconds(number(row, "answer_ms")),
        )
        for row in measurement.rows
    )
    return Table(name="speed", columns=tuple(say(f"machinery.speed.{key}", language) for key in keys), rows=rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class DifferenceView:
    """How far bfloat16 and int8 move the answers from those of float32."""

    name: str
    """Tells two comparisons on one page apart."""
    finding: str
    summary: Table
    table: Table


def difference_view(model: str, measurement: Measurement, language: UiLanguage) -> DifferenceView:
    """Lay out the comparison of precisions on real passages, read by a model of that name."""
    keys = ("precision", "family", "mean", "largest", "rank")
    rows = tuple(
        (
            text(row, "precision"),
            _outputs(text(row, "family"), language),
            decimal(number(row, "mean_difference"), 4),
            decimal(number(row, "max_difference"), 4),
            decimal(number(row, "rank_correlation"), 5),
        )
        for row in measurement.rows
    )
    flipped = {name: measurement.facts.get(f"{name}_flipped_share") for name in ("bf16", "int8")}
    shown = ", ".join(f"{name} {100 * float(share):.1f}%" for name, share in flipped.items() if share is not None)
    key = "finding" if shown else "finding_untrained"
    return DifferenceView(
        name=model,
        finding=say(
            f"machinery.difference.{key}",
            language,
            model=model,
            **({"flipped": shown} if shown else {}),
            texts=str(measurement.facts.get("texts", "")),
        ),
        summary=Table(
            name="precision", columns=tuple(say(f"machinery.difference.{key}", language) for key in keys), rows=rows
        ),
        table=full_table("precision", measurement),
    )


def _outputs(name: str, language: UiLanguage) -> str:
    return family_name(name, language) if name in list(Family) else say("machinery.difference.score", language)
