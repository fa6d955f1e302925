"""What people did, as a table."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from redheart_core.runs.audit import LOCAL, AuditEntry, Deed, Outcome
from workbench.copy import LANGUAGES, UiLanguage
from workbench.views.audit import audit_table

ENTRIES = tuple(
    AuditEntry(
        at=datetime(2026, 11, 25, 12, 0, second, tzinfo=UTC), who=LOCAL, deed=deed, run_id="", outcome=outcome
    )
    for second, (deed, outcome) in enumerate((deed, outcome) for deed in Deed for outcome in Outcome)
)  # fmt: skip


def test_every_action_and_outcome_has_korean_words_and_the_latest_comes_first() -> None:
    rows = audit_table(ENTRIES, "ko").rows
    assert len(rows) == len(Deed) * len(Outcome)
    assert str(rows[0][0]).endswith(f"12:00:{len(rows) - 1:02}")
    for row in rows:
        assert not re.search("[A-Za-z]", "".join(map(str, row)))


@pytest.mark.parametrize("language", LANGUAGES)
def test_names_stay_as_they_are_and_hide_nothing(language: UiLanguage) -> None:
    entry = AuditEntry(
        at=datetime(2026, 11, 25, tzinfo=UTC), who="kim@example.org\u202e<b>", deed=Deed.USE_MODEL, run_id="r",
        outcome=Outcome.DONE, detail="step-00000120",
    )  # fmt: skip
    ((_, who, _, run, outcome),) = audit_table([entry], language).rows
    assert (who, run) == ("kim@example.org[U+202E]<b>", "r")
    assert str(outcome).endswith("(step-00000120)")
