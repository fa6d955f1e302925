"""``redheart chunks build|info|verify``: embeddings of many cases in chunks of 1,000."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from redheart_core.cli.shared import EXIT_NO, print_json, reader_language, reported_errors
from redheart_core.data.chunks.check import check_store
from redheart_core.data.chunks.chunk_file import chunk_path
from redheart_core.data.chunks.codec import saved_share
from redheart_core.data.chunks.survey import survey
from redheart_core.inference.chunk_build import BuildRequest, ChunkDone, build_chunks

FOLDER = click.argument("folder", type=click.Path(path_type=Path))
AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print as JSON.")


@click.group()
def chunks() -> None:
    """Encode cases into a store of embeddings, and look at and check such stores."""


@chunks.command()
@click.argument("source", type=click.Path(path_type=Path))
@click.option("--out", "out", required=True, type=click.Path(path_type=Path), help="Folder of the store.")
@click.option("--model", default="compact", show_default=True, help="Shipped checkpoint, or directory.")
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1, 64), help="Processes that encode.")
@AS_JSON
def build(source: Path, out: Path, model: str, workers: int, as_json: bool) -> None:
    """Encode the cases of SOURCE (.jsonl or .csv with "text", "id", "label", or .txt); run it again to go on or add."""
    language = reader_language(None)
    request = BuildRequest(source=source, directory=out, model=model, workers=workers)
    with reported_errors(language, as_json=as_json):
        report = build_chunks(request, on_chunk=_progress(language))
    if as_json:
        print_json(asdict(report))
    else:
        click.echo(_WORDS[language]["built"].format(out=out, **asdict(report)))


@chunks.command()
@FOLDER
@AS_JSON
def info(folder: Path, as_json: bool) -> None:
    """Say what a store holds, without reading its chunks."""
    with reported_errors(reader_language(None), as_json=as_json):
        content = _info(folder)
    _print(content, as_json)


@chunks.command()
@FOLDER
@AS_JSON
def verify(folder: Path, as_json: bool) -> None:
    """Read every byte of a store; exit 1 and name each chunk that is missing or damaged."""
    with reported_errors(reader_language(None), as_json=as_json):
        check = check_store(folder)
    _print({"valid": not check.problems} | asdict(check), as_json)
    if check.problems:
        raise SystemExit(EXIT_NO)


def _info(folder: Path) -> dict[str, Any]:
    found = survey(folder)
    encoder = found.metadata.encoder
    return {
        "num_items": found.metadata.num_items,
        "num_chunks": found.num_chunks,
        "chunk_items": found.metadata.chunk_items,
        "missing": list(found.missing),
        "encoder": encoder.model_dump(),
        "num_bytes": sum(chunk_path(folder, number).stat().st_size for number in found.present),
        "saved": round(saved_share(encoder.dimension), 4),
    }


def _progress(language: str) -> Callable[[ChunkDone, int], None]:
    """Count items on standard error, one line per chunk."""
    done = 0

    def tell(chunk: ChunkDone, num_items: int) -> None:
        nonlocal done
        done += chunk.num_items
        words = _WORDS[language]["kept" if chunk.kept else "encoded"]
        click.echo(words.format(number=chunk.number, done=done, num_items=num_items), err=True)

    return tell


def _print(content: dict[str, Any], as_json: bool) -> None:
    if as_json:
        print_json(content)
        return
    for name, value in content.items():
        shown = "  ".join(f"{key}={part}" for key, part in value.items()) if isinstance(value, dict) else value
        rows = shown if isinstance(shown, list | tuple) else [shown]
        for row in rows:
            click.echo(f"{name}: {row}")


_WORDS = {
    "ko": {
        "kept": "조각 {number}: 이미 있어요 ({num_items:,}건 중 {done:,}건)",
        "encoded": "조각 {number}: 저장했어요 ({num_items:,}건 중 {done:,}건)",
        "built": "{out}: {num_items:,}건, 조각 {num_chunks}개 (그중 {num_kept}개는 이미 있었어요), {seconds:.1f}초",
    },
    "en": {
        "kept": "chunk {number}: already there ({done:,} of {num_items:,} items)",
        "encoded": "chunk {number}: encoded ({done:,} of {num_items:,} items)",
        "built": "{out}: {num_items:,} items in {num_chunks} chunks ({num_kept} were there), {seconds:.1f} s",
    },
}
