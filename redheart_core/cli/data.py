"""``redheart data``: where the data sets come from, whether they are whole, what they hold, and data of one's own."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from redheart_core.cli.data_catalogue import data_option, fetch, list_datasets, verify
from redheart_core.cli.shared import EXIT_NO, print_json, reader_language, reported_errors
from redheart_core.data.inventory import READERS, RESEARCH
from redheart_core.data.labelled import write_labelled
from redheart_core.data.own import RECORDS, UNSTATED, Check, Kind, check_own
from redheart_core.data.statistics import Statistics, describe_dataset, save_statistics
from redheart_core.errors import DataError

_KIND = click.Choice([kind.value for kind in Kind])
_COPY = {
    "en": {
        "rows": "{rows} rows can be used, {problems} cannot.",
        "usable": "Training can use this file.",
        "refused": "Training would refuse this file: {why}",
        "research": "Without a licence (--licence), nothing trained on it will be shipped.",
        "more": "… and {count} more.",
    },
    "ko": {
        "rows": "쓸 수 있는 행 {rows}개, 쓸 수 없는 행 {problems}개예요.",
        "usable": "이 파일로 학습할 수 있어요.",
        "refused": "이 파일로는 학습할 수 없어요: {why}",
        "research": "라이선스(--licence)를 적지 않으면 이 데이터로 학습한 가중치는 배포하지 않아요.",
        "more": "… 그 밖에 {count}개가 더 있어요.",
    },
}
_SHOWN = 20


@click.group()
def data() -> None:
    """Get the data sets, check them, count their labels; check a file of your own."""


@data.command()
@click.argument("names", nargs=-1)
@data_option
@click.option("--save", type=click.Path(path_type=Path), help="Write the statistics to this JSON file, too.")
@click.option("--json", "as_json", is_flag=True, help="Print the statistics as JSON.")
def stats(names: tuple[str, ...], data_dir: Path, save: Path | None, as_json: bool) -> None:
    """Count rows and labels of data sets and name what was skipped; without NAMES, of all but research-only ones."""
    with reported_errors("en", as_json=as_json):
        _require_readers(names)
        found = []
        for name in names or (name for name in READERS if name not in RESEARCH):
            found.append(describe_dataset(READERS[name](data_dir)))
            if not as_json:
                _print_statistics(found[-1])
        if save:
            save_statistics(save, found)
    if as_json:
        print_json([asdict(one) for one in found])


@data.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--kind", required=True, type=_KIND, help="What the file teaches; redheart data schema describes each.")
@click.option("--licence", default=UNSTATED, show_default=True, help="SPDX name of the licence of the file.")
@click.option("--lang", type=click.Choice(["ko", "en"]), help="Language of the answer.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def check(file: Path, kind: str, licence: str, lang: str | None, as_json: bool) -> None:
    """Check a CSV or JSON-lines file of your own: every bad row is named. Exit code 1: training would refuse it."""
    language = reader_language(lang)
    with reported_errors(language, as_json=as_json):
        result = check_own(file, Kind(kind), licence=licence)
        statistics = describe_dataset(result.dataset)
    if as_json:
        problems = [asdict(problem) for problem in result.dataset.problems]
        print_json(
            {"usable": not result.refusal, "refusal": result.refusal, "problems": problems}
            | {"statistics": asdict(statistics)}
        )
    else:
        _print_check(result, statistics, language)
    if result.refusal:
        raise SystemExit(EXIT_NO)


@data.command()
@click.argument("name")
@data_option
@click.option("--out", required=True, type=click.Path(path_type=Path), help="JSON-lines file to write.")
@click.option("--limit", type=click.IntRange(1), help="Most cases; all when left out.")
@click.option("--json", "as_json", is_flag=True, help="Print what was written as JSON.")
def export(name: str, data_dir: Path, out: Path, limit: int | None, as_json: bool) -> None:
    """Write a data set as labelled cases, for redheart chunks build and, where people said yes or no, for influence."""
    with reported_errors("en", as_json=as_json):
        _require_readers([name])
        dataset = READERS[name](data_dir)
        count = write_labelled(dataset, out, limit=limit)
    if as_json:
        print_json({"name": name, "licence": dataset.licence, "file": str(out), "num_cases": count})
    else:
        click.echo(f"{out}: {count:,} cases of {name} ({dataset.licence})")


@data.command()
@click.option("--kind", required=True, type=_KIND, help="What the file teaches.")
def schema(kind: str) -> None:
    """Print the JSON schema of one row of your own data."""
    click.echo(json.dumps(RECORDS[Kind(kind)].model_json_schema(), ensure_ascii=False, indent=2))


def _require_readers(names: Sequence[str]) -> None:
    unknown = [name for name in names if name not in READERS]
    if unknown:
        raise DataError(f"There is no reader for {', '.join(unknown)}. Known are {', '.join(READERS)}.")


def _print_statistics(one: Statistics) -> None:
    click.echo(f"{one.name} ({one.licence}{'' if one.shippable else '; not for weights that are shipped'})")
    click.echo(f"  {one.num_rows} rows in {one.num_groups} groups, {one.num_problems} skipped")
    click.echo(f"  {one.median_characters:g} characters (median)")
    for count in one.labels[:_SHOWN]:
        click.echo(f"  {count.rows:>7}  {count.rows / one.num_rows:6.1%}  {count.label}")
    if len(one.labels) > _SHOWN:
        click.echo(f"           … and {len(one.labels) - _SHOWN} more labels")
    for rating in one.ratings:
        spread = f"{rating.lowest:g} to {rating.highest:g}, {rating.distinct} distinct values"
        click.echo(f"  {rating.rating}: mean {rating.mean:.2f}, deviation {rating.deviation:.2f}, {spread}")
    for found in one.directions:
        sides = f"{found.expected_higher:.2f} ({found.num_higher}) against {found.expected_lower:.2f}"
        click.echo(f"  direction, {found.subject}: {sides} ({found.num_lower})")
    for problem in one.problems:
        click.echo(f"  skipped: {problem}")


def _print_check(result: Check, statistics: Statistics, language: str) -> None:
    copy = _COPY[language]
    problems = result.dataset.problems
    _say(copy["rows"], rows=len(result.dataset), problems=len(problems))
    for problem in problems[:_SHOWN]:
        click.echo(f"  {problem}")
    if len(problems) > _SHOWN:
        _say(copy["more"], count=len(problems) - _SHOWN)
    if len(result.dataset):
        _print_statistics(statistics)
    if result.refusal:
        _say(copy["refused"], why=result.refusal)
        return
    _say(copy["usable"])
    if not statistics.shippable:
        _say(copy["research"])


def _say(text: str, **values: Any) -> None:
    click.echo(text.format(**values))


data.add_command(list_datasets)
data.add_command(fetch)
data.add_command(verify)
