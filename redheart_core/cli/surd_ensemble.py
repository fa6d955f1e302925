"""``redheart surd --dilemma D``: what moves the score of one option, over cases drawn around it by a stated design."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from redheart_core.cli.dilemma_choice import PRESETS_DIR, chosen_dilemma
from redheart_core.cli.shared import ModelChoice, common_options, print_json, reader_language, reported_errors
from redheart_core.cli.surd import ListOptionCommand
from redheart_core.cli.surd_answer import answer_lines
from redheart_core.cli.surd_question import QuestionChoice, question_options
from redheart_core.errors import InputError
from redheart_core.explain.surd.ensemble import Design, Subject, Varied, ensemble_population, run_ensemble
from redheart_core.explain.surd.populations import answer, answer_content


@click.command(cls=ListOptionCommand)
@click.option("--dilemma", metavar="FILE_OR_PRESET", help="JSON or TOML file, or a preset such as en-trolley-switch.")
@click.option("--option", "place", default=1, show_default=True, type=click.IntRange(min=1), help="Which option.")
@click.option("--passage", metavar="TEXT", help="A text that stands alone, instead of a dilemma.")
@click.option(
    "--vary", type=click.Choice([varied.value for varied in Varied]), default=Varied.TEXT.value, show_default=True,
    help="Edit parts of the text, move the variables, or both.",
)  # fmt: skip
@click.option("--cases", default=Design().num_cases, show_default=True, type=int, help="Cases drawn.")
@click.option("--parts", default=Design().num_parts, show_default=True, type=int, help="Parts the text is cut into.")
@click.option(
    "--alterations", default=Design().num_alterations, show_default=True, type=int, help="Prepared for each part."
)
@click.option(
    "--without-views", is_flag=True, help="Leave out the views and the integrated score; a third of the time."
)
@click.option("--presets-dir", default=PRESETS_DIR, show_default=True, type=click.Path(path_type=Path))
@question_options
@common_options
def ensemble(
    dilemma: str | None,
    place: int,
    passage: str | None,
    vary: str,
    cases: int,
    parts: int,
    alterations: int,
    without_views: bool,
    presets_dir: Path,
    asked: QuestionChoice,
    as_json: bool,
    lang: str | None,
    choice: ModelChoice,
) -> None:
    """Draw cases around one option, or one text, and take the information about its score apart."""
    with reported_errors(reader_language(lang, passage), as_json=as_json):
        subject = _subject(dilemma, place, passage, presets_dir)
        language = reader_language(lang, subject.option)
    with reported_errors(language, as_json=as_json):
        design = Design(
            varied=Varied(vary),
            num_cases=cases,
            num_parts=parts,
            num_alterations=alterations,
            with_views=not without_views,
            seed=asked.seed,
        )
        model = choice.load()
        found = run_ensemble(subject, design, reader=model.reader, report=_progress(language, quiet=as_json))
        population = ensemble_population(found, model=model.name, checkpoint_sha256=model.checkpoint_sha256)
        given = answer(population, asked.question(population), settings=asked.settings())
    if as_json:
        print_json(answer_content(population, given))
    else:
        click.echo("\n".join(answer_lines(population, given, language)))


def _subject(dilemma: str | None, place: int, passage: str | None, presets_dir: Path) -> Subject:
    if (dilemma is None) == (passage is None):
        raise InputError(
            code="dilemma_or_passage",
            en="Give either --dilemma or --passage, not both and not neither.",
            ko="--dilemma와 --passage 가운데 하나만 적어 주세요.",
        )
    if passage is not None:
        return Subject.of_text(passage)
    return Subject.of_option(chosen_dilemma(dilemma or "", presets_dir), place - 1)


def _progress(language: str, *, quiet: bool) -> Any:
    """Return a report that writes on standard error, so that the answer stays alone on standard output."""
    words = "글 {done}/{total}" if language == "ko" else "text {done} of {total}"

    def report(done: int, total: int) -> None:
        if not quiet:
            click.echo(f"\r{words.format(done=done, total=total)}", err=True, nl=done == total)

    return report
