"""``redheart trace verify FILE``: recompute a saved trace."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import IO, Any

import click

from redheart_core.cli.shared import (
    EXIT_NO,
    ModelChoice,
    model_option,
    print_json,
    reader_language,
    reported_errors,
)
from redheart_core.errors import TraceError
from redheart_core.inference.engine import RULES_ONLY
from redheart_core.inference.opening import AUTO, PRECISIONS
from redheart_core.inference.verify import recorded_precision, verify_trace


@click.group()
def trace() -> None:
    """Work with saved calculation traces."""


@trace.command()
@click.argument("file", type=click.File("rb"))
@click.option("--json", "as_json", is_flag=True, help="Print the outcome as JSON.")
@click.option("--lang", type=click.Choice(["ko", "en"]), help="Language of messages.")
@model_option
def verify(file: IO[bytes], as_json: bool, lang: str | None, choice: ModelChoice) -> None:
    """Recompute the trace, or the result with its trace, in FILE; exit 1 and name the first step that differs."""
    language = reader_language(lang)
    with reported_errors(language, as_json=as_json):
        document = _read(file)
        if choice.precision == AUTO:
            choice = replace(choice, precision=_precision_of(document))
        if _by_rules(document):
            choice = replace(choice, model_name=RULES_ONLY)
        outcome = verify_trace(document, choice.load())
    if as_json:
        print_json(outcome.to_dict())
    elif outcome.valid:
        click.echo(outcome.detail)
    else:
        click.echo(f"{outcome.first_difference}: {outcome.detail}")
    if not outcome.valid:
        raise SystemExit(EXIT_NO)


def _read(file: IO[bytes]) -> object:
    try:
        return json.loads(file.read())
    except (json.JSONDecodeError, UnicodeDecodeError) as problem:
        raise TraceError(f"{file.name} is not JSON: {problem}. Save the trace again.") from problem


def _by_rules(document: object) -> bool:
    """Return whether the trace says that no neural part spoke."""
    return _checkpoint(document).get("name") == RULES_ONLY


def _precision_of(document: object) -> str:
    """Return the precision that the trace names, so that it is verified as it was made."""
    found = recorded_precision(_checkpoint(document))
    return found if found in PRECISIONS else AUTO


def _checkpoint(document: object) -> Mapping[str, Any]:
    trace_part = document.get("calculation_trace", document) if isinstance(document, dict) else {}
    checkpoint = trace_part.get("checkpoint") if isinstance(trace_part, dict) else None
    return checkpoint if isinstance(checkpoint, dict) else {}
