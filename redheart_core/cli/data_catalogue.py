"""``redheart data list``, ``fetch`` and ``verify``: the catalogue of data sets and the files it names."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeVar

import click

from redheart_core.cli.shared import EXIT_NO, print_json, reported_errors
from redheart_core.data.catalogue import RAW, CatalogueEntry, FileState, choose_entries, load_catalogue, verify_entry
from redheart_core.data.fetch import FetchedFile, Outcome, Progress, fetch_entry

Command = TypeVar("Command", bound=Callable[..., Any])
MEGABYTE = 1_000_000
_FOLDER = click.Path(path_type=Path)


def data_option(command: Command) -> Command:
    """Add ``--data``, the folder of the data sets."""
    return click.option(
        "--data",
        "data_dir",
        default="../shared/data",
        envvar="REDHEART_DATA",
        show_default=True,
        type=_FOLDER,
        help="Folder of the data sets; REDHEART_DATA when left out.",
    )(command)


@click.command("list")
@data_option
@click.option("--json", "as_json", is_flag=True, help="Print the catalogue as JSON.")
def list_datasets(data_dir: Path, as_json: bool) -> None:
    """List every data set: licence, size, public source, and whether its files are there."""
    entries = load_catalogue()
    if as_json:
        print_json([asdict(entry) | {"shippable": entry.shippable} | _presence(entry, data_dir) for entry in entries])
        return
    for entry in entries:
        there = _presence(entry, data_dir)
        click.echo(f"{entry.name}: {entry.title}")
        shipped = "" if entry.shippable else "; not for weights that are shipped"
        click.echo(f"  {entry.licence}{shipped}; {entry.size_bytes / MEGABYTE:.1f} MB; {there['present']} of "
                   f"{len(entry.files)} files there")  # fmt: skip
        click.echo(f"  https://github.com/{entry.repository} at {entry.commit}")
        if entry.note:
            click.echo(f"  {entry.note}")


@click.command()
@click.argument("names", nargs=-1)
@data_option
@click.option("--base-url", default=RAW, show_default=True, help="Serves OWNER/REPOSITORY/COMMIT/PATH; https only.")
@click.option("--json", "as_json", is_flag=True, help="Print what became of each file as JSON.")
def fetch(names: tuple[str, ...], data_dir: Path, base_url: str, as_json: bool) -> None:
    """Fetch what is missing or different of data sets; goes on where an earlier try stopped.

    Without NAMES, of all but research-only ones. Exit code 1: some file is still not there.
    """
    results: list[FetchedFile] = []
    with reported_errors("en", as_json=as_json):
        for entry in choose_entries(names):
            for result in fetch_entry(entry, data_dir, base=base_url.rstrip("/"), progress=_progress(as_json)):
                results.append(result)
                if not as_json:
                    click.echo(f"{result.path}: {result.outcome.value}{f'. {result.detail}' if result.detail else ''}")
    if as_json:
        print_json([asdict(result) for result in results])
    if any(result.outcome in (Outcome.FAILED, Outcome.BY_HAND) for result in results):
        raise SystemExit(EXIT_NO)


@click.command()
@click.argument("names", nargs=-1)
@data_option
@click.option("--json", "as_json", is_flag=True, help="Print every file with its hash as JSON.")
def verify(names: tuple[str, ...], data_dir: Path, as_json: bool) -> None:
    """Compare the files of data sets with the catalogue's hashes; without NAMES, of all but research-only ones.

    Exit code 1: some file is missing or different.
    """
    with reported_errors("en", as_json=as_json):
        found = [file for entry in choose_entries(names) for file in verify_entry(entry, data_dir)]
    wrong = [file for file in found if file.state is not FileState.SAME]
    if as_json:
        print_json({"verified": not wrong, "files": [asdict(file) for file in found]})
    else:
        for file in wrong:
            seen = f", found {file.found_sha256}" if file.found_sha256 else ""
            click.echo(f"{file.path}: {file.state.value}; expected {file.expected_sha256}{seen}")
        counts = Counter(file.state.value for file in found)
        click.echo(", ".join(f"{count} {state}" for state, count in sorted(counts.items())))
    if wrong:
        raise SystemExit(EXIT_NO)


def _presence(entry: CatalogueEntry, data_dir: Path) -> dict[str, int]:
    return {"present": sum((data_dir / file.path).is_file() for file in entry.files)}


def _progress(as_json: bool) -> Progress:
    """Overwrite one line on a terminal; say nothing into a file or a pipe."""
    shown = sys.stderr.isatty() and not as_json

    def tell(path: str, arrived: int, total: int | None) -> None:
        if shown:
            of = f" of {total / MEGABYTE:.1f}" if total else ""
            click.echo(f"\r{path}: {arrived / MEGABYTE:.1f}{of} MB", nl=False, err=True)

    return tell
