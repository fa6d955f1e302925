"""``redheart surd decompose``: decompose several hundred texts, as what the SURD outputs are taught."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

import click

from redheart_core.cli.dilemma_choice import PRESETS_DIR
from redheart_core.cli.shared import ModelChoice, model_option, reported_errors
from redheart_core.explain.surd.ensemble.run import Subject
from redheart_core.explain.surd.ensemble.shares import BINS, SHARES_DESIGN, TARGET, text_shares
from redheart_core.inference.engine import RedHeart
from redheart_core.training.surd_readouts.decompositions import (
    Decomposition,
    Decompositions,
    Heading,
    write_decompositions,
)
from redheart_core.training.surd_readouts.texts import TeachingText, teaching_texts

DEFAULT_TEXTS = 300
ESTIMATOR = (
    f"{SHARES_DESIGN.num_parts} parts of the text as sources; {TARGET} score in {BINS} quantile bins; "
    f"{SHARES_DESIGN.num_cases} cases; each part kept with probability {SHARES_DESIGN.kept}, else left out or altered "
    f"({SHARES_DESIGN.num_alterations} prepared alterations); Miller-Madow correction of i(t; A); shares of H(target)"
)
Report = Callable[[int, int], None]


@click.command()
@click.option("--data", "data_dir", required=True, type=click.Path(path_type=Path), help="Folder of the data sets.")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="File to write, one JSON line per text.")
@click.option("--texts", default=DEFAULT_TEXTS, show_default=True, type=click.IntRange(min=20), help="Texts to try.")
@click.option("--presets-dir", default=PRESETS_DIR, show_default=True, type=click.Path(path_type=Path))
@model_option
def decompose(data_dir: Path, out: Path, texts: int, presets_dir: Path, choice: ModelChoice) -> None:
    """Compute the decompositions of texts by the scores of a model, and write numbers and references, no text."""
    with reported_errors("en", as_json=False):
        chosen = teaching_texts(data_dir, presets_dir, wanted=texts)
        found = decompositions_of(chosen, choice.load(), report=told)
        write_decompositions(out, found)
    click.echo(
        f"{len(found.rows)} texts decomposed, {found.heading.num_degenerate} had nothing to decompose, "
        f"{found.heading.minutes:.1f} minutes; {out}, SHA-256 {found.sha256}"
    )


def decompositions_of(texts: Sequence[TeachingText], model: RedHeart, *, report: Report) -> Decompositions:
    """Decompose texts by the realistic score of a model; held-out ones twice, for the estimator's own error."""
    begun = time.monotonic()
    rows: list[Decomposition] = []
    for place, text in enumerate(texts):
        report(place, len(texts))
        row = _decomposed(text, model)
        rows += [] if row is None else [row]
    report(len(texts), len(texts))
    heading = Heading(
        checkpoint_sha256=model.checkpoint_sha256 or "rules",
        estimator=ESTIMATOR,
        num_degenerate=len(texts) - len(rows),
        minutes=round((time.monotonic() - begun) / 60, 2),
    )
    return Decompositions(heading=heading, rows=tuple(rows))


def told(done: int, total: int) -> None:
    """Tell how far it is, on standard error."""
    if done % 10 == 0 or done == total:
        click.echo(f"text {done} of {total}", err=True)


def _decomposed(text: TeachingText, model: RedHeart) -> Decomposition | None:
    subject = Subject(situation="", option=text.text)
    found = text_shares(subject, reader=model.reader)
    if found is None:
        return None
    again = text_shares(subject, reader=model.reader, seed=1) if text.is_held_out else None
    return Decomposition(
        source=text.source,
        row=text.row,
        sha256=text.sha256,
        language=text.language,
        licence=text.licence,
        is_held_out=text.is_held_out,
        shares=found.corrected.values(),
        plug_in=found.plug_in.values(),
        repeated=None if again is None else again.corrected.values(),
        num_texts=found.num_texts,
    )
