"""The neighbourhood of one step as a left-to-right graph: what it was calculated from, and what was made of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from redheart_core.reasoning.trace import Stage
from workbench.copy import UiLanguage, say
from workbench.views.figure import FigureText
from workbench.views.labels import shorten
from workbench.views.step_names import step_name
from workbench.views.trace_document import TraceDocument, TraceStep
from workbench.views.trace_steps import operation_name, output_summary

MAX_NODES = 30
"""More than this cannot be told apart; the rest is counted and left to the table."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphNode:
    """One step in the drawing; x and y in units of columns and rows."""

    id: str
    label: str
    summary: str
    operation: str
    stage: Stage
    x: float
    y: float
    chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceGraphView:
    """The drawing of a neighbourhood."""

    text: FigureText
    nodes: tuple[GraphNode, ...]
    edges: tuple[tuple[str, str], ...]
    """From the earlier step to the later one."""
    left_out: int
    """Ancestors that are not drawn."""
    stage_labels: Mapping[Stage, str]


def trace_graph_view(document: TraceDocument, chosen: TraceStep, language: UiLanguage) -> TraceGraphView:
    """Draw a step with its ancestors back to the text, nearest first, and with its direct children."""
    parents = {step.id: tuple(dict.fromkeys(i.step for i in step.inputs)) for step in document.steps}
    children = tuple(step.id for step in document.steps if chosen.id in parents[step.id])
    ancestors = _ancestors(chosen.id, parents)
    room = MAX_NODES - 1 - min(len(children), MAX_NODES // 4)
    kept = (*ancestors[:room], chosen.id, *children[: MAX_NODES // 4])
    columns = _columns(kept, parents)
    positions = _rows(kept, columns, parents)
    steps = {step.id: step for step in document.steps}
    letters = document.letters
    nodes = tuple(_node(steps[i], letters, positions[i], i == chosen.id, language) for i in kept)
    edges = tuple((parent, i) for i in kept for parent in parents[i] if parent in positions)
    return TraceGraphView(
        text=_text(document, chosen, len(ancestors), children, language),
        nodes=nodes,
        edges=edges,
        left_out=max(0, len(ancestors) - room),
        stage_labels={stage: say(f"terms.stage.{stage.value}", language) for stage in Stage},
    )


def _ancestors(start: str, parents: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Return everything the step rests on, breadth first, so that the nearest come first."""
    found: dict[str, None] = {}
    frontier = [start]
    while frontier:
        following = [p for step in frontier for p in parents.get(step, ()) if p in parents and p not in found]
        frontier = [p for p in dict.fromkeys(following) if p != start]
        found.update(dict.fromkeys(frontier))
    return tuple(found)


def _columns(kept: tuple[str, ...], parents: Mapping[str, tuple[str, ...]]) -> dict[str, int]:
    """Place each step one column right of its rightmost parent. A damaged trace may have cycles; they are cut."""
    inside = set(kept)
    columns: dict[str, int] = {}

    def column(step: str, path: frozenset[str]) -> int:
        if step not in columns:
            before = [p for p in parents[step] if p in inside and p not in path]
            columns[step] = 1 + max((column(p, path | {step}) for p in before), default=-1)
        return columns[step]

    for step in kept:
        column(step, frozenset({step}))
    return columns


def _rows(
    kept: tuple[str, ...], columns: Mapping[str, int], parents: Mapping[str, tuple[str, ...]]
) -> dict[str, tuple[float, float]]:
    """Order each column by the mean row of its parents, and centre it."""
    placed: dict[str, tuple[float, float]] = {}
    for x in range(max(columns.values()) + 1):
        members = [step for step in kept if columns[step] == x]
        members.sort(key=lambda step: _mean_row(parents[step], placed))
        top = (len(members) - 1) / 2
        placed.update({step: (float(x), top - i) for i, step in enumerate(members)})
    return placed


def _mean_row(above: tuple[str, ...], placed: Mapping[str, tuple[float, float]]) -> float:
    known = [-placed[p][1] for p in above if p in placed]
    return sum(known) / len(known) if known else 0.0


def _node(
    step: TraceStep, letters: tuple[str, ...], position: tuple[float, float], chosen: bool, language: UiLanguage
) -> GraphNode:
    return GraphNode(
        id=step.id,
        label=shorten(step_name(step.id, letters, language), 22),
        summary=shorten(output_summary(step.output, language), 40),
        operation=operation_name(step.operation, language),
        stage=step.stage,
        x=position[0],
        y=position[1],
        chosen=chosen,
    )


def _text(
    document: TraceDocument, chosen: TraceStep, num_ancestors: int, children: tuple[str, ...], language: UiLanguage
) -> FigureText:
    def named(identifiers: Iterable[str]) -> str:
        return ", ".join(step_name(i, document.letters, language) for i in identifiers) or "–"

    name = step_name(chosen.id, document.letters, language)
    return FigureText(
        title=say("charts.trace.title", language, step=name, count=str(num_ancestors)),
        subtitle=say("charts.trace.subtitle", language),
        alt=say(
            "charts.trace.alt",
            language,
            step=name,
            inputs=named(i.step for i in chosen.inputs),
            children=named(children),
        ),
    )
