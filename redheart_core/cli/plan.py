"""``redheart plan --preset NAME``: what a training step or a reading will take, before anything is allocated."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import click

from redheart_core.cli.shared import EXIT_NO, print_json, reader_language, reported_errors
from redheart_core.model.presets import preset
from redheart_core.runtime.plan import GIB, MemoryPlan, MemoryRequest, Place, PlanLine, plan_memory
from redheart_core.training.lean.plan import (
    StateKind,
    StepShape,
    largest_fitting_batch,
    reading_request,
    training_request,
)

TRAIN, READ = "train", "read"


@click.command()
@click.option("--preset", "name", default="full", show_default=True, help="Name of a preset.")
@click.option("--batch", default=8, show_default=True, type=click.IntRange(min=1), help="Passages.")
@click.option("--length", default=128, show_default=True, type=click.IntRange(min=1), help="Tokens per passage.")
@click.option("--mode", default=TRAIN, show_default=True, type=click.Choice([TRAIN, READ]))
@click.option("--budget-gib", default=8.0, show_default=True, type=click.FloatRange(min=0.0), help="Device memory.")
@click.option(
    "--optimizer",
    "state",
    default=StateKind.EIGHT_BIT.value,
    show_default=True,
    type=click.Choice([kind.value for kind in StateKind]),
    help="Where the optimiser keeps its state.",
)
@click.option("--accumulate", is_flag=True, help="Gradients are summed over several micro-batches.")
@click.option("--keep-activations", is_flag=True, help="Keep activations instead of recomputing them.")
@click.option("--largest", is_flag=True, help="Also search the largest batch that fits; takes several times as long.")
@click.option("--json", "as_json", is_flag=True, help="Print the plan as JSON.")
def plan(
    name: str,
    batch: int,
    length: int,
    mode: str,
    budget_gib: float,
    state: str,
    accumulate: bool,
    keep_activations: bool,
    largest: bool,
    as_json: bool,
) -> None:
    """Plan the memory of a training step or a reading in bfloat16, allocating nothing. Exits with 1 if too big."""
    shape = StepShape(state=StateKind(state), accumulates=accumulate, recompute=not keep_activations)
    with reported_errors(reader_language(None), as_json=as_json):
        config = preset(name)

        def request_of(passages: int) -> MemoryRequest:
            click.echo(f"simulating near {passages} passages of {length} tokens, nothing is allocated …", err=True)
            if mode == READ:
                return reading_request(config, batch=passages, length=length)
            return training_request(config, shape, batch=passages, length=length, fits_around=largest)

        request = request_of(batch)
        budget_bytes = round(budget_gib * GIB)
        found = largest_fitting_batch(request_of, request, budget_bytes) if largest else None
    planned = plan_memory(request)
    content = {
        "preset": name,
        "mode": mode,
        **({} if mode == READ else {key: value for key, value in asdict(shape).items() if key != "average"}),
        **_content(request, planned, budget_bytes),
        "largest_batch": found,
    }
    if as_json:
        print_json(content)
    else:
        click.echo("\n".join(_lines(planned, content)))
    if not content["fits"]:
        raise SystemExit(EXIT_NO)


def _content(request: MemoryRequest, planned: MemoryPlan, budget_bytes: int) -> dict[str, Any]:
    return {
        "batch": request.batch,
        "length": request.length,
        "lines": [_row(line) for line in planned.lines],
        "device_bytes": planned.device_bytes,
        "host_bytes": planned.host_bytes,
        "budget_bytes": budget_bytes,
        "fits": planned.fits(budget_bytes),
        "fit_error": request.activations.largest_error,
    }


def _row(line: PlanLine) -> dict[str, Any]:
    return {"line": line.name.value, "part": line.part, "place": line.place.value, "bytes": line.bytes}


def _lines(planned: MemoryPlan, content: dict[str, Any]) -> list[str]:
    lines = []
    for place in Place:
        held = [line for line in planned.lines if line.place is place]
        lines += [f"{place.value}: {planned.total(place) / GIB:.2f} GiB"] if held else []
        lines += [f"  {line.name.value:<14} {line.part or '':<14} {line.bytes / GIB:8.3f} GiB" for line in held]
    verdict = "fits" if content["fits"] else "does not fit"
    lines.append(f"{verdict} in {content['budget_bytes'] / GIB:.2f} GiB")
    if content["largest_batch"] is not None:
        lines.append(f"largest batch of {content['length']} tokens that fits: {content['largest_batch']}")
    if content["fit_error"]:  # without a fit they were simulated at this very size
        lines.append(
            f"The activations' fit is off by at most {content['fit_error']:.1%} at the sizes it was made from."
        )
    return lines
