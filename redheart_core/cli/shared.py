"""What the commands share: options, output, and errors in the reader's language."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from functools import wraps
from typing import Any, NoReturn, TypeVar, cast

import click

from redheart_core.errors import InputError, RedHeartError
from redheart_core.inference.engine import RULES_ONLY, RedHeart, load_model
from redheart_core.inference.opening import AUTO, PRECISIONS
from redheart_core.inference.text_json import to_json
from redheart_core.runtime.devices import CPU
from redheart_core.runtime.modes import Mode

Command = TypeVar("Command", bound=Callable[..., Any])

EXIT_NO = 1
EXIT_INPUT = 2
SHOWN_CHARACTERS = 160


def common_options(command: Command) -> Command:
    """Add ``--json``, ``--lang`` and the options that choose a model."""
    command = click.option("--json", "as_json", is_flag=True, help="Print the whole result as JSON.")(command)
    command = click.option(
        "--lang", type=click.Choice(["ko", "en"]), help="Language of the answer; that of the text when left out."
    )(command)
    return model_option(command)


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelChoice:
    """Which model a command asks, and how it is held."""

    model_name: str
    precision: str
    mode: str | None
    budget_gib: float | None
    device: str

    def load(self) -> RedHeart:
        """Load it; see ``load_model``."""
        if self.model_name == RULES_ONLY:
            return load_model(RULES_ONLY)
        return load_model(
            self.model_name,
            precision=self.precision,
            mode=self.mode,
            budget_gib=self.budget_gib,
            device=self.device,
        )


def model_option(command: Command) -> Command:
    """Add the options that choose a model; the command gets them as ``choice``."""

    @wraps(command)
    def with_choice(**given: Any) -> Any:
        choice = ModelChoice(**{field.name: given.pop(field.name) for field in fields(ModelChoice)})
        return command(choice=choice, **given)

    for option in reversed(_MODEL_OPTIONS):
        with_choice = option(with_choice)
    return cast(Command, with_choice)


_MODEL_OPTIONS = (
    click.option(
        "--model", "model_name", default="compact", show_default=True, help="Shipped checkpoint, directory, or rules."
    ),
    click.option(
        "--precision",
        type=click.Choice(PRECISIONS),
        default=AUTO,
        show_default=True,
        help="Numbers the model computes in; auto is fp32, or bf16 for a large model where the processor has it.",
    ),
    click.option(
        "--mode",
        type=click.Choice([mode.value for mode in Mode]),
        help="How much of the weights stays in memory; all of them, without a budget, when left out.",
    ),
    click.option("--device", default=CPU, show_default=True, help="Where it runs; redheart devices lists them."),
    click.option("--budget-gib", type=click.FloatRange(min=0, min_open=True), help="Most that weights may take."),
)


def shortened(text: str, length: int = SHOWN_CHARACTERS) -> str:
    """Return a text on one line, cut where it is longer."""
    told = " ".join(text.split())
    return told if len(told) <= length else f"{told[:length]}…"


def print_json(content: Any) -> None:
    """Print a result as JSON."""
    click.echo(to_json(content), nl=False)


def reader_language(chosen: str | None, *texts: str | None) -> str:
    """Return the chosen language, else Korean when a text or the environment is Korean, else English."""
    if chosen:
        return chosen
    if any("\uac00" <= character <= "\ud7a3" for text in texts if text for character in text):
        return "ko"
    if any(texts):
        return "en"
    return "ko" if os.environ.get("LC_ALL", os.environ.get("LANG", "")).startswith("ko") else "en"


@contextmanager
def reported_errors(language: str, *, as_json: bool) -> Iterator[None]:
    """Turn an error of ours into a message in the reader's language and exit code 2."""
    try:
        yield
    except RedHeartError as problem:
        fail(problem, language, as_json=as_json)


def fail(problem: RedHeartError, language: str, *, as_json: bool) -> NoReturn:
    """Print the problem on standard error and exit with 2."""
    message = problem.message(language)
    if as_json:
        code = problem.code if isinstance(problem, InputError) else type(problem).__name__
        click.echo(to_json({"error": {"code": code, "message": message}}), nl=False, err=True)
    else:
        click.echo(message, err=True)
    raise SystemExit(EXIT_INPUT)
