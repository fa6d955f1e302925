"""The memory plan of a preset, computed on the meta device, against the peak of a real run.

    python benchmarks/memory_plan.py [--preset full] [--train] [--batch 8] [--length 128] [--json] [--save FILE]

Weights in bfloat16. Inference is one forward pass; ``--train`` is forward and backward with gradients that exist, as
in accumulation (no optimiser). The plan is fitted at small shapes and compared at others; real bytes are counted by
storage.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from redheart_core.measurements.recorded import save_measurement
from redheart_core.model.ledger import meta_model
from redheart_core.model.network import RedHeartModel
from redheart_core.model.presets import preset
from redheart_core.runtime.activations import activation_profile
from redheart_core.runtime.allocation import AllocationCounter
from redheart_core.runtime.plan import MemoryRequest, plan_error, plan_memory

DTYPE = torch.bfloat16
FITTED_BATCHES = (2, 4)
FITTED_SHARES = (8, 4, 3)
"""Lengths as parts of the longest passage."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--preset", default="full")
    parser.add_argument("--train", action="store_true")
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--length", type=int, default=128)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--save", type=Path, help="File for the rows, for the pages.")
    arguments = parser.parse_args()
    rows, facts = measure(arguments)
    if arguments.save:
        training = " --train" if arguments.train else ""
        command = (
            f"python benchmarks/memory_plan.py --preset {arguments.preset}{training} "
            f"--batch {arguments.batch} --length {arguments.length}"
        )
        save_measurement(arguments.save, command=command, torch_version=torch.__version__, rows=rows, facts=facts)
    if arguments.json:
        print(json.dumps({"facts": facts, "rows": rows}, indent=2))
        return
    print(f"plan made in {facts['plan_seconds']:.1f} s, its fit is off by at most {facts['fit_error']:.2%}")
    for row in rows:
        print(
            f"batch {row['batch']} x {row['length']}: plan {row['planned_bytes'] / 2**30:.3f} GiB, "
            f"measured {row['measured_bytes'] / 2**30:.3f} GiB, error {row['error']:+.2%}"
        )


def measure(arguments: argparse.Namespace) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Return a row per shape, and facts about the plan."""
    start = time.perf_counter()
    simulated = meta_model(preset(arguments.preset)).to(DTYPE).eval()
    simulate = runner(simulated, "meta", train=arguments.train)
    if arguments.train:
        simulate(1, 8)
    profile = activation_profile(simulate, shapes(simulated.config.max_tokens))
    facts = {
        "preset": arguments.preset,
        "train": arguments.train,
        "dtype": "bfloat16",
        "fit_error": profile.largest_error,
        "plan_seconds": time.perf_counter() - start,
    }
    parameters = {name: sum(each.numel() for each in part.parameters()) for name, part in simulated.named_children()}
    model = real(simulated)
    execute = runner(model, "cpu", train=arguments.train)
    if arguments.train:
        execute(1, 8)
    rows = []
    for batch, length in ((1, arguments.length // 2), (arguments.batch, arguments.length)):
        plan = plan_memory(
            MemoryRequest(
                parameters=parameters,
                weight_bytes=DTYPE.itemsize,
                gradient_bytes=DTYPE.itemsize if arguments.train else 0.0,
                activations=profile,
                batch=batch,
                length=length,
            )
        )
        measured = peak(model, execute, batch, length)
        rows.append(
            {
                "batch": batch,
                "length": length,
                "planned_bytes": plan.device_bytes,
                "measured_bytes": measured,
                "error": plan_error(plan, measured),
            }
        )
    return rows, facts


def shapes(max_tokens: int) -> tuple[tuple[int, int], ...]:
    """Return the shapes at which the plan is fitted."""
    return tuple((batch, max_tokens // share) for batch in FITTED_BATCHES for share in FITTED_SHARES)


def real(simulated: RedHeartModel) -> RedHeartModel:
    """Return the same network with storage and small random weights."""
    model: RedHeartModel = simulated.to_empty(device="cpu")
    with torch.no_grad():
        for weight in model.parameters():
            weight.grad = None
            weight.normal_(0, 0.02)
    model.backbone.embedding.restore_positions()
    return model


def runner(model: RedHeartModel, device: str, *, train: bool) -> Callable[[int, int], None]:
    """Return one pass over a batch of passages."""

    def run(batch: int, length: int) -> None:
        with torch.device(device), torch.inference_mode(not train):
            ids_BT = torch.ones(batch, length, dtype=torch.long)
            output = model(ids_BT, torch.ones_like(ids_BT, dtype=torch.bool), torch.zeros_like(ids_BT))
            if train:
                torch.stack([logits.float().sum() for logits in output.logits.values()]).sum().backward()

    return run


def peak(model: RedHeartModel, execute: Callable[[int, int], None], batch: int, length: int) -> int:
    """Return weights, gradients and the peak of one pass together."""
    with AllocationCounter() as counter:
        counter.track(model)
        execute(batch, length)
    return counter.peak_bytes


if __name__ == "__main__":
    main()
