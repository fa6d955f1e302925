"""A small made-up table to try the upload with: its rule is known, so the answer can be checked against it."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

import numpy as np

ROWS, SEED = 1_000, 7
COLUMNS = ("help", "wanted", "effort", "approval")
KEPT = 0.8
"""Share of cases whose effort is their help; the others draw theirs anew."""
MIDDLE, PER_HELP, NOISE = 50.0, 15.0, 12.0
"""Points of approval: without help, for each degree of it, and the deviation of the rest."""


def example_table(header: Sequence[str] = COLUMNS) -> bytes:
    """Draw the table as CSV in UTF-8, the same numbers every time; ``header`` names the columns.

    help is 0, 1 or 2 and wanted 0 or 1, each drawn evenly; effort repeats help in ``KEPT`` of the cases and is drawn
    anew in the others; approval = 50 + 15 help + noise where help was wanted, 50 - 15 help + noise where it was not,
    rounded. So what help does depends on whether it was wanted, an interaction, and effort tells nothing that help does
    not. No person and no model judged anything here.
    """
    rng = np.random.default_rng(SEED)
    given, wanted, anew = rng.integers(3, size=ROWS), rng.integers(2, size=ROWS), rng.integers(3, size=ROWS)
    effort = np.where(rng.random(ROWS) < KEPT, given, anew)
    exact = MIDDLE + PER_HELP * given * (2 * wanted - 1)
    approval = np.rint(exact + NOISE * rng.standard_normal(ROWS)).astype(np.int64)
    text = io.StringIO()
    rows = np.column_stack([given, wanted, effort, approval]).tolist()
    csv.writer(text, lineterminator="\n").writerows([header, *rows])
    return text.getvalue().encode("utf-8-sig")  # spreadsheets take Hangul for Latin letters without the mark
