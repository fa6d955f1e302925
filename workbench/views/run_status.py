"""Where a run stands, in words: one sentence, what is wrong, and how it was begun."""

from __future__ import annotations

from datetime import tzinfo

from redheart_core.runs.alerts import Alert, AlertKind
from redheart_core.runs.facts import Shown
from redheart_core.runs.reader import RecordedEvent
from redheart_core.runs.watching import Look
from redheart_core.training.crossover.cross import CrossoverResult
from workbench.copy import UiLanguage, say
from workbench.views import numbers
from workbench.views.figure import Table
from workbench.views.happenings import happening_text, reason_text
from workbench.views.progress import duration
from workbench.views.run_list import moment, state_text
from workbench.views.visible import visible_text

_GIB = 1024**3


def status_sentence(look: Look, language: UiLanguage) -> str:
    """Return where a run stands, with the time left at its measured speed."""
    status = look.status
    values = {
        "state": state_text(status.shown, language),
        "step": numbers.count(status.step),
        "planned": numbers.count(status.planned_steps),
        "share": numbers.percent(status.step / max(1, status.planned_steps)),
    }
    is_early = status.is_complete and status.step < status.planned_steps
    sentence = say(f"run.status.{'early' if is_early else 'sentence'}", language, **values)
    if status.shown is Shown.RUNNING and status.left_s and status.seconds_per_step:
        left, pace = duration(status.left_s, language), duration(status.seconds_per_step, language)
        sentence = f"{sentence} {say('run.status.left', language, time=left, pace=pace)}"
    if reason := reason_text(status, language):
        sentence = f"{sentence} {say('run.status.reason', language, reason=reason)}"
    return sentence


def alert_text(alert: Alert, language: UiLanguage) -> str:
    """Return what is wrong and what to do about it."""
    values = {
        "step": numbers.count(alert.step),
        "time": duration(max(1.0, alert.seconds), language),
        "free": numbers.short(alert.free_bytes / _GIB),
        "total": numbers.short(alert.total_bytes / _GIB),
    }
    return say(f"run.alert.{alert.kind.value}", language, **values)


def is_grave(alert: Alert) -> bool:
    """Say whether an alert means that the run cannot go on as it is."""
    return alert.kind in (AlertKind.NOT_A_NUMBER, AlertKind.SILENT, AlertKind.CRASHED)


def facts_of_run(look: Look, zone: tzinfo, language: UiLanguage) -> tuple[tuple[str, str], ...]:
    """Return how a run was begun and by which process it was worked on last."""
    facts, attempt = look.facts, look.status.attempt
    rows = [
        (say("run.fact.id", language), look.folder.run_id),
        (say("run.fact.command", language), visible_text(facts.command)),
        (say("run.fact.created", language), moment(facts.created_s, zone)),
        (say("run.fact.seed", language), str(facts.seed)),
        (say("run.fact.data", language), facts.data_dir),
    ]
    if attempt is not None:
        process = {"pid": str(attempt.mark.pid), "host": attempt.mark.host, "number": str(attempt.number)}
        rows.append((say("run.fact.process", language), say("run.fact.process_value", language, **process)))
        rows.append((say("run.fact.code", language), attempt.git_commit or "–"))
        rows += [(name, value) for name, value in attempt.environment.items()]
    return tuple(rows)


def events_table(events: tuple[RecordedEvent, ...], zone: tzinfo, language: UiLanguage) -> Table:
    """Return what happened beside ordinary steps, the latest first. Moments do not break into two lines."""
    names = [say(f"run.column.{name}", language) for name in ("when", "step", "kind", "detail")]
    rows = [
        (
            _unbroken(moment(event.at_s, zone)),
            event.step,
            say(f"run.event.{event.kind.value}", language),
            happening_text(event, language),
        )
        for event in reversed(events)
    ]
    return Table(name="events", columns=tuple(names), rows=tuple(rows))


def crossover_table(result: CrossoverResult, language: UiLanguage) -> Table:
    """Return where each module comes from, and how much lower the loss is than that of the best whole checkpoint."""
    columns = tuple(say(f"run.crossover.{name}", language) for name in ("module", "origin"))
    rows = tuple((module, visible_text(origin)) for module, origin in result.origins.items())
    return Table(name="crossover", columns=columns, rows=rows)


def crossover_sentence(result: CrossoverResult, language: UiLanguage) -> str:
    """Return what the combination is worth on the rows that it was chosen on."""
    return say(
        "run.crossover.sentence",
        language,
        loss=numbers.long(result.loss),
        single=numbers.long(result.single_losses[result.best_single]),
        name=visible_text(result.best_single),
        count=numbers.count(result.num_measured),
    )


def _unbroken(text: str) -> str:
    return text.replace(" ", "\u00a0").replace("-", "\u2011")
