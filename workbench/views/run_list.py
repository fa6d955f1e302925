"""The list of runs in words: what each is called, where it stands, and one sentence about all of them."""

from __future__ import annotations

import html
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from redheart_core.errors import RedHeartError
from redheart_core.runs.facts import Shown
from redheart_core.runs.overview import Entry
from workbench.copy import UiLanguage, say
from workbench.views import numbers
from workbench.views.labels import listing, shorten
from workbench.views.progress import duration
from workbench.views.visible import visible_text

NAME_WIDTH = 44
MARKS = {
    Shown.CREATED: "○",
    Shown.QUEUED: "○",
    Shown.STARTING: "○",
    Shown.RUNNING: "●",
    Shown.STOPPING: "■",
    Shown.SILENT: "~",
    Shown.CRASHED: "✗",
    Shown.COMPLETED: "✓",
    Shown.STOPPED: "■",
    Shown.FAILED: "✗",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RunLine:
    """One run of the list. Names and tags are as typed: nothing here is markup."""

    run_id: str
    name: str
    full_name: str
    state: str
    """With its mark."""
    is_living: bool
    is_bad: bool
    """Failed, crashed, silent or unreadable."""
    progress: str
    """Steps done of steps planned, and time left."""
    started: str
    best: str
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunListView:
    """All runs."""

    lead: str
    lines: tuple[RunLine, ...]


def run_list_view(entries: Sequence[Entry], zone: tzinfo, language: UiLanguage) -> RunListView:
    """Lay out the list.

    Args:
        entries: Newest first.
        zone: The reader's time zone.
        language: Of the reader.
    """
    return RunListView(lead=_lead(entries, language), lines=tuple(_line(entry, zone, language) for entry in entries))


def state_text(shown: Shown, language: UiLanguage) -> str:
    """Return a state with its mark, for instance ``● training``."""
    return f"{MARKS[shown]} {say(f'training.state.{shown.value}', language)}"


def moment(at_s: float, zone: tzinfo) -> str:
    """Return a moment as the reader's clock shows it."""
    return datetime.fromtimestamp(at_s, zone).strftime("%Y-%m-%d %H:%M")


def matches(line: RunLine, search: str) -> bool:
    """Say whether every word of a search stands in the name, identifier, state or tags of a run."""
    searched = _folded(" ".join((line.full_name, line.run_id, line.state, *line.tags)))
    return all(word in searched for word in _folded(search).split())


def run_line_html(line: RunLine, chosen: str) -> str:
    """Return what stands under the name of a run as HTML; names and tags cannot add a tag.

    Args:
        line: The run.
        chosen: What a screen reader is told where this is the run that is looked at; else empty.
    """
    kind = " rh-run-bad" if line.is_bad else ""
    shown = [f'<span class="rh-run-state{kind}">{html.escape(line.state)}</span>']
    shown += [html.escape(part) for part in (line.progress, line.best, line.started) if part]
    tags = "".join(f'<span class="rh-tag" dir="auto">{html.escape(tag)}</span>' for tag in line.tags)
    hidden = f'<span class="rh-hidden">{html.escape(chosen)}</span>' if chosen else ""
    return f'<p class="rh-run-line">{hidden}{" · ".join(shown)}</p>{tags}'


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _lead(entries: Sequence[Entry], language: UiLanguage) -> str:
    counts = Counter(entry.status.shown for entry in entries if entry.status is not None)
    unreadable = sum(entry.status is None for entry in entries)
    parts = [
        say(f"training.count.{shown.value}", language, count=numbers.count(counts[shown]))
        for shown in Shown
        if counts[shown]
    ]
    if unreadable:
        parts.append(say("training.count.unreadable", language, count=numbers.count(unreadable)))
    return say("training.list.lead", language, total=numbers.count(len(entries)), parts=listing(parts, language))


def _line(entry: Entry, zone: tzinfo, language: UiLanguage) -> RunLine:
    run_id = entry.folder.run_id
    if entry.facts is None or entry.status is None:
        return RunLine(
            run_id=run_id,
            name=run_id,
            full_name=run_id,
            state=f"✗ {say('training.state.unreadable', language)}",
            is_living=False,
            is_bad=True,
            progress=_problem(entry.problem, language),
            started="",
            best="",
            tags=entry.notes.tags,
        )
    shown = entry.status.shown
    name = visible_text(entry.facts.name)
    return RunLine(
        run_id=run_id,
        name=shorten(name, NAME_WIDTH),
        full_name=name,
        state=state_text(shown, language),
        is_living=entry.status.is_living,
        is_bad=shown in (Shown.CRASHED, Shown.FAILED, Shown.SILENT),
        progress=_progress(entry, language),
        started=say("training.list.started", language, time=moment(entry.facts.created_s, zone)),
        best=_best(entry, language),
        tags=tuple(visible_text(tag) for tag in entry.notes.tags),
    )


def _problem(problem: RedHeartError | None, language: UiLanguage) -> str:
    return "" if problem is None else problem.message(language)


def _progress(entry: Entry, language: UiLanguage) -> str:
    status = entry.status
    assert status is not None, "asked for a run that cannot be read"
    done = say(
        "training.list.steps", language, step=numbers.count(status.step), planned=numbers.count(status.planned_steps)
    )
    if status.shown is Shown.RUNNING and status.left_s is not None and status.left_s > 0:
        return f"{done}, {say('training.list.left', language, time=duration(status.left_s, language))}"
    return done


def _best(entry: Entry, language: UiLanguage) -> str:
    if entry.best is None:
        return ""
    return say(
        "training.list.best", language, score=numbers.score(entry.best.score), step=numbers.count(entry.best.step)
    )
