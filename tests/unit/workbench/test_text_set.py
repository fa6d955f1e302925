"""A set of texts as it is typed, one a line."""

from __future__ import annotations

import pytest

from redheart_core.errors import InputError
from workbench.views.text_set import LEAST_TEXTS, LONGEST_TEXT, MOST_TEXTS, count_texts, read_text_set

ENOUGH = [f"Text number {i}." for i in range(LEAST_TEXTS)]


def test_lines_come_back_in_order_without_blanks_and_repetitions() -> None:
    typed = "\n\n".join([*ENOUGH, f"  {ENOUGH[0]} "])
    assert read_text_set(typed) == tuple(ENOUGH)
    assert count_texts(typed) == LEAST_TEXTS


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ([], "too_few_texts"),
        (ENOUGH[:-1], "too_few_texts"),
        ([ENOUGH[0]] * LEAST_TEXTS, "too_few_texts"),
        ([f"Text {i}." for i in range(MOST_TEXTS + 1)], "too_many_texts"),
        ([*ENOUGH, "x" * (LONGEST_TEXT + 1)], "too_long"),
        ([*ENOUGH, "bell \x07"], "control_characters"),
    ],
)
def test_what_cannot_be_measured_is_refused(lines: list[str], code: str) -> None:
    with pytest.raises(InputError) as refusal:
        read_text_set("\n".join(lines))
    assert refusal.value.code == code


def test_the_line_that_cannot_be_read_is_named_in_both_languages() -> None:
    with pytest.raises(InputError) as refusal:
        read_text_set("\n".join(["", *ENOUGH, "bell \x07"]))
    assert f"line {LEAST_TEXTS + 2}" in refusal.value.message("en")
    assert f"{LEAST_TEXTS + 2}번째 줄" in refusal.value.message("ko")
