"""``redheart surd --data DIR``, ``--own FILE`` or ``--run RUN``: a population of scored texts, or a run's steps."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click

from redheart_core.cli.shared import ModelChoice, common_options, print_json, reader_language, reported_errors
from redheart_core.cli.surd import ListOptionCommand
from redheart_core.cli.surd_answer import answer_lines
from redheart_core.cli.surd_question import QuestionChoice, question_options
from redheart_core.data.own import Kind, read_own
from redheart_core.data.rows import Dataset, Grouped
from redheart_core.errors import InputError
from redheart_core.explain.surd.populations import ColumnGroup, Population, answer, answer_content
from redheart_core.explain.surd.populations.scored import scored_population
from redheart_core.explain.surd.populations.sets import DILEMMAS, SETS, read_set
from redheart_core.explain.surd.populations.stored import SHIPPED, load_population, save_population, shipped_path
from redheart_core.runs.catalogue import find_run
from redheart_core.runs.folder import runs_root
from redheart_core.runs.population import run_population
from redheart_core.runs.reader import RunReader

_PATH = click.Path(path_type=Path)


@click.command(cls=ListOptionCommand)
@click.option("--data", "data_dir", type=_PATH, help="Folder of the data sets; the texts of --set are scored.")
@click.option("--set", "set_name", default=DILEMMAS, show_default=True, help=f"Data set: {', '.join(SETS)}.")
@click.option("--own", "own_path", type=_PATH, help="A file of your own instead, CSV or JSON lines.")
@click.option("--kind", type=click.Choice([kind.value for kind in Kind]), help="What the file of your own says.")
@click.option("--run", "run", metavar="RUN", help="Recorded steps of a training run instead; lags mean something here.")
@click.option("--runs", "runs_dir", type=_PATH, help="Folder of all runs; REDHEART_RUNS when left out.")
@click.option("--cases", type=click.IntRange(min=2), help="Rows of the data set drawn at random; all when left out.")
@click.option(
    "--cache", "cache_dir", type=_PATH, help="Folder in which scores are kept, so that none is computed twice."
)
@click.option("--stored", metavar="FILE_OR_NAME", help=f"A stored population instead; {SHIPPED} ships with the system.")
@click.option("--save", "save_path", type=_PATH, help="Store the population in a file, without any text, and stop.")
@click.option("--columns", "only_columns", is_flag=True, help="Print the columns that may be asked about, and stop.")
@question_options
@common_options
def population(
    data_dir: Path | None,
    set_name: str,
    own_path: Path | None,
    kind: str | None,
    run: str | None,
    runs_dir: Path | None,
    cases: int | None,
    cache_dir: Path | None,
    stored: str | None,
    save_path: Path | None,
    only_columns: bool,
    asked: QuestionChoice,
    as_json: bool,
    lang: str | None,
    choice: ModelChoice,
) -> None:
    """Take the information about one column of a population apart: scored texts, a run's steps, or what was stored."""
    language = reader_language(lang)
    with reported_errors(language, as_json=as_json):
        _require_one(data_dir, own_path, run, stored)
        if run is not None:
            with RunReader(find_run(runs_root(runs_dir), run)) as reader:
                chosen = run_population(reader)
        elif stored is not None:
            chosen = load_population(shipped_path() if stored == SHIPPED else Path(stored))
        else:
            dataset = read_set(set_name, data_dir) if data_dir is not None else _own(own_path, kind)
            chosen = scored_population(
                dataset,
                choice.load(),
                wanted=cases,
                seed=asked.seed,
                cache_dir=cache_dir,
                report=_progress(language, quiet=as_json),
            )
        if save_path is not None:
            save_population(save_path, chosen)
            return
        if only_columns:
            click.echo("\n".join(_columns(chosen, language)))
            return
        given = answer(chosen, asked.question(chosen), settings=asked.settings())
    if as_json:
        print_json(answer_content(chosen, given))
    else:
        click.echo("\n".join(answer_lines(chosen, given, language)))


def _require_one(*given: object) -> None:
    if sum(one is not None for one in given) != 1:
        raise InputError(
            code="surd_population_choice",
            en="Give one of --data, --own, --run and --stored.",
            ko="--data, --own, --run, --stored 가운데 하나만 적어 주세요.",
        )


def _own(path: Path | None, kind: str | None) -> Dataset[Grouped]:
    if path is None or kind is None:
        raise InputError(
            code="surd_own_kind",
            en=f"Say with --kind what the file says: {', '.join(Kind)}.",
            ko=f"파일에 무엇이 적혀 있는지 --kind로 알려 주세요: {', '.join(Kind)}.",
        )
    return read_own(path, Kind(kind))


def _columns(chosen: Population, language: str) -> list[str]:
    lines = [chosen.description.text(language)]
    for group in ColumnGroup:
        lines += [f"  {column.name}  {column.display.text(language)}" for column in chosen.of_group(group)]
    return lines


def _progress(language: str, *, quiet: bool) -> Callable[[int, int], None]:
    """Return a report that writes on standard error, so that the answer stays alone on standard output."""
    words = "{done}/{total}" if language == "ko" else "{done} of {total}"

    def report(done: int, total: int) -> None:
        if not quiet:
            click.echo(f"\r{words.format(done=done, total=total)}", err=True, nl=done == total)

    return report
