"""What the commands of ``redheart compress`` share: their options, their report, and how they name themselves."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click
from click.core import ParameterSource

from redheart_core.cli.shared import print_json
from redheart_core.training.compression.report import Outcome, Report

Command = TypeVar("Command", bound=Callable[..., Any])
FOLDER = click.Path(path_type=Path)
OF_THE_MACHINE = frozenset({"as_json", "data_dir", "out_dir", "cache_dir"})
"""Options that say where things lie, not what is done."""


def run_options(command: Command) -> Command:
    """Add what every run needs: data, output folder, seed, JSON."""
    for option in (
        click.option("--json", "as_json", is_flag=True, help="Print the whole report as JSON."),
        click.option("--seed", default=0, show_default=True, help="Decides order, initial weights and dropout."),
        click.option("--out", "out_dir", type=FOLDER, help="Folder for the result; nothing is kept without it."),
        click.option("--data", "data_dir", default="../shared/data", show_default=True, type=FOLDER, help="Data."),
        click.option("--batch", "batch_size", default=32, show_default=True, help="Passages of a step."),
    ):
        command = option(command)
    return command


def command_line() -> str:
    """Return the running command with the options that were given, without paths."""
    context = click.get_current_context()
    words = ["redheart", *_below_the_program(context)]
    for parameter in context.command.params:
        name = parameter.name or ""
        if name in OF_THE_MACHINE or context.get_parameter_source(name) is not ParameterSource.COMMANDLINE:
            continue
        value = context.params[name]
        for each in value if isinstance(value, tuple) else (value,):
            words += [parameter.opts[0], str(each)]
    return " ".join(words)


def _below_the_program(context: click.Context) -> list[str]:
    """Return the names of the command and its groups; how the program itself was started is the machine's affair."""
    if context.parent is None:
        return []
    return [*_below_the_program(context.parent), context.info_name or ""]


def show(report: Report, out_dir: Path | None, *, as_json: bool) -> None:
    """Print the report."""
    if as_json:
        print_json(report.to_dict())
        return
    lines = [f"{report.phase}: {report.setting} ({report.seconds:.0f} s, seed {report.seed})"]
    lines += [report.notice] if report.notice else []
    lines.append(f"parameters {report.parameters_before:,} → {report.parameters_after:,}, trained {report.trainable:,}")
    lines += [_outcome_line(outcome) for outcome in report.outcomes]
    lines += [f"  {name}: {value:,.5g}" for name, value in report.numbers.items()]
    lines += [f"  {row.name}: {row.before:,} → {row.after:,} parameters" for row in report.table]
    lines.append("Nothing was kept; give --out." if out_dir is None else f"Written to {out_dir}.")
    click.echo("\n".join(lines))


def _outcome_line(outcome: Outcome) -> str:
    baseline = "–" if outcome.baseline is None else f"{outcome.baseline:.3f}"
    teacher = "" if outcome.reference is None else f", teacher {outcome.reference:.3f}"
    return (
        f"  {outcome.task}, {outcome.metric} [{outcome.setting}]: {outcome.before:.3f} → {outcome.after:.3f} "
        f"(baseline {baseline}{teacher}, {outcome.num_rows} rows)"
    )
