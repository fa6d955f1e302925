"""What people did with the runs, as a table in the reader's language."""

from __future__ import annotations

from collections.abc import Sequence

from redheart_core.runs.audit import LOCAL, AuditEntry
from workbench.copy import UiLanguage, catalogue, say
from workbench.views.figure import Table
from workbench.views.visible import visible_text


def audit_table(entries: Sequence[AuditEntry], language: UiLanguage) -> Table:
    """Return actions, the latest first. Moments are UTC: people in several time zones read the same list."""
    names = ("when", "who", "deed", "run", "outcome")
    return Table(
        name="audit",
        columns=tuple(say(f"audit.column.{name}", language) for name in names),
        rows=tuple(_row(entry, language) for entry in reversed(entries)),
    )


def _row(entry: AuditEntry, language: UiLanguage) -> tuple[str, ...]:
    return (
        f"{entry.at:%Y-%m-%d %H:%M:%S}".replace(" ", "\u00a0").replace("-", "\u2011"),
        say("audit.local", language) if entry.who == LOCAL else visible_text(entry.who),
        say(f"audit.deed.{entry.deed.value}", language),
        visible_text(entry.run_id),
        _outcome(entry, language),
    )


def _outcome(entry: AuditEntry, language: UiLanguage) -> str:
    outcome = say(f"audit.outcome.{entry.outcome.value}", language)
    key = f"audit.detail.{entry.detail}"
    detail = say(key, language) if key in catalogue() else visible_text(entry.detail)
    return f"{outcome} ({detail})" if detail else outcome
