"""``redheart reach --preset NAME --data DIR``: what one real multi-task step teaches, parameter by parameter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
import torch

from redheart_core.cli.shared import EXIT_NO, print_json, reader_language, reported_errors
from redheart_core.cli.task_batches import decomposed, real_batches
from redheart_core.measurements import Scalar, save_measurement
from redheart_core.model.network import RedHeartModel
from redheart_core.model.presets import preset
from redheart_core.training.lean.reach import ModuleReach, ReachReport, measure_reach
from redheart_core.training.lean.step_telemetry import step_telemetry

NUM_PASSAGES = 8


@click.command()
@click.option("--preset", "name", default="full", show_default=True, help="Name of a preset.")
@click.option("--data", "data_dir", default="../shared/data", type=click.Path(path_type=Path), help="Data folder.")
@click.option("--passages", default=NUM_PASSAGES, show_default=True, help="Passages of each task.")
@click.option("--tokens", default=None, type=click.IntRange(min=8), help="Longer passages are cut; default the window.")
@click.option("--seed", default=0, show_default=True)
@click.option("--bf16", is_flag=True, help="Weights and gradients in bfloat16: half the memory, the same range.")
@click.option("--together", is_flag=True, help="All tasks in one pass: the same gradients, faster, more memory.")
@click.option("--save", "save_path", default=None, type=click.Path(path_type=Path), help="Record the measurement here.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def reach(
    name: str,
    data_dir: Path,
    passages: int,
    tokens: int | None,
    seed: int,
    bf16: bool,
    together: bool,
    save_path: Path | None,
    as_json: bool,
) -> None:
    """Take one multi-task step on real data and count the parameters that a gradient reaches.

    Builds the model with gradients and eight-bit moments: about 10 bytes a parameter, or 6 in bfloat16. Exits with 1
    when a parameter is not reached or the state changed its shape.
    """
    with reported_errors(reader_language(None), as_json=as_json):
        config = preset(name)
        decompositions = decomposed(data_dir, seed=seed)
        batches = real_batches(config, data_dir, decompositions, num_passages=passages, seed=seed, max_tokens=tokens)
        torch.manual_seed(seed)
        model = RedHeartModel(config).to(torch.bfloat16 if bf16 else torch.float32)
        report = measure_reach(model, batches, step_telemetry, together=together)
    facts = {
        "preset": name,
        "seed": seed,
        "precision": "bfloat16" if bf16 else "float32",
        "num_decomposed": len(decompositions.examples),
        "num_degenerate": decompositions.num_degenerate,
        **_facts(report),
    }
    cut = "" if tokens is None else f" --tokens {tokens}"
    flags = "".join(f" --{flag}" for flag, given in (("bf16", bf16), ("together", together)) if given)
    command = f"redheart reach --preset {name} --passages {passages}{cut} --seed {seed}{flags}"
    if save_path is not None:
        _save(save_path, report, facts, command)
    _print(report, facts, as_json=as_json)
    if report.unreached or not report.state_is_stable:
        raise SystemExit(EXIT_NO)


def _facts(report: ReachReport) -> dict[str, Scalar]:
    """Return the numbers of the whole step."""
    total = _total(report)
    touched = {f"{table.name} rows touched": f"{table.touched_rows} of {table.rows}" for table in report.embeddings}
    return {
        "tensors": total.tensors,
        "reached_tensors": total.reached_tensors,
        "elements": total.elements,
        "reached_elements": total.reached_elements,
        "unreached": ", ".join(report.unreached),
        "faint": ", ".join(report.faint),
        "unreached_at_first_step": len(report.unreached_at_start),
        "state_is_stable": report.state_is_stable,
        "tasks": len(report.record.before),
        "passages": sum(task.num_passages for task in report.record.before),
        "peak_bytes": max(task.peak_bytes for task in report.record.after),
        **touched,
    }


def _total(report: ReachReport) -> ModuleReach:
    rows = report.modules
    return ModuleReach(
        module="total",
        tensors=sum(row.tensors for row in rows),
        reached_tensors=sum(row.reached_tensors for row in rows),
        elements=sum(row.elements for row in rows),
        reached_elements=sum(row.reached_elements for row in rows),
    )


def _save(path: Path, report: ReachReport, facts: Mapping[str, Scalar], command: str) -> None:
    save_measurement(
        path,
        command=command,
        torch_version=torch.__version__,
        rows=[asdict(row) for row in report.modules],
        facts=facts,
        notes=(
            "Gradients of the second step: encoder layers start as the identity, so that the first step cannot reach "
            "what stands in front of their zero matrices.",
            "One micro-batch of every task; their gradients are summed. The optimisation systems read the step's own "
            "telemetry.",
        ),
    )


def _print(report: ReachReport, facts: Mapping[str, Scalar], *, as_json: bool) -> None:
    if as_json:
        print_json(_content(report, facts))
        return
    lines = [_line(row) for row in (*report.modules, _total(report))]
    lines += [f"{table.name}: {table.touched_rows} of {table.rows} rows touched" for table in report.embeddings]
    lines.append(f"not reached: {', '.join(report.unreached) or 'none'}")
    lines.append(f"reached, but hardly more than by rounding: {', '.join(report.faint) or 'none'}")
    lines.append(
        f"not reached at the very first step (identity start): {len(report.unreached_at_start)} tensors of encoder "
        "and conditioning"
    )
    lines.append(f"state after the step has the keys and shapes of construction: {report.state_is_stable}")
    click.echo("\n".join(lines))


def _content(report: ReachReport, facts: Mapping[str, Scalar]) -> dict[str, Any]:
    return {
        **facts,
        "unreached": list(report.unreached),
        "faint": list(report.faint),
        "unreached_at_first_step": list(report.unreached_at_start),
        "rows": [asdict(row) for row in report.modules],
        "embeddings": [asdict(table) for table in report.embeddings],
        "tasks": [asdict(task) for task in report.record.after],
    }


def _line(row: ModuleReach) -> str:
    share = row.reached_elements / row.elements
    return f"{row.module:<42} {row.reached_tensors:>4}/{row.tensors:<4} tensors {row.elements:>12,} {share:8.2%}"
