"""Whether one step of the full model trains inside 8 GB: planned, simulated without numbers, and counted while it runs.

    python benchmarks/training_step.py [--preset full] [--optimizer eight_bit|offloaded] [--batch 8] [--length 128]
        [--tasks all|NAMES] [--data DIR] [--budget-bytes 8000000000] [--save FILE] [--json]

The step is real: real passages and labels, a forward and a backward pass of every task (or of one), an update of every
parameter, an average of the weights on the host. Passages are cut or padded to the stated length, so that every task
has the stated size. Where there is no GPU the processor plays the device: what would lie on a device is counted tensor
by tensor, what lies on the host is stated beside it, and no scratch memory of kernels is in either number. On a GPU
its allocator's peak is reported as well.

Claims checked: the counted peak of the device is at most the budget; the plan is within 10 % of it.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch.utils._python_dispatch import _disable_current_modes

from redheart_core.cli.task_batches import decomposed, real_batches
from redheart_core.measurements import Scalar, save_measurement
from redheart_core.model.config import ModelConfig
from redheart_core.model.network import RedHeartModel
from redheart_core.model.presets import preset
from redheart_core.runtime.allocation import AllocationCounter
from redheart_core.runtime.plan import Line, MemoryPlan, Place, plan_error, plan_memory
from redheart_core.text.tokenizer import PAD
from redheart_core.training.batches import Batch
from redheart_core.training.lean.average import HostAverage
from redheart_core.training.lean.optimizer import AdamWConfig, EightBitAdamW, LeanOptimizer, OffloadedAdamW
from redheart_core.training.lean.plan import StateKind, StepShape, simulated_peak, training_request
from redheart_core.training.lean.reach import TaskBatch
from redheart_core.training.lean.step import lean_step

BUDGET_BYTES = 8_000_000_000
PLAN_TOLERANCE = 0.10
SEED = 0
TRANSIENT = frozenset({"activations", "workspace", "other"})
"""Categories of the counter that the plan holds in its line of activations: whatever a step needs for a while, be it
activations in the backward pass or the optimiser's scratch tensors afterwards, whichever is larger."""
PLANNED_NAMES = {Line.MASTER_WEIGHTS: "master", Line.BOUNDARIES: "activations", Line.TRANSFER: "workspace"}
"""Lines of the plan under the names that the model page knows, where they differ."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One executed step."""

    device: dict[str, int]
    """Counted bytes on the device at the peak, by kind."""
    host: dict[str, int]
    losses: dict[str, float]
    seconds: float
    average_seconds: float
    resident_bytes: int
    """Highest resident memory of the process, everything included."""
    cuda_peak_bytes: int | None

    @property
    def device_bytes(self) -> int:
        """The peak on the device."""
        return sum(self.device.values())


def padded(task: TaskBatch, length: int) -> TaskBatch:
    """Cut or pad every passage to ``length`` tokens."""
    missing = max(0, length - task.batch.ids_RT.shape[1])

    def fitted(values_RT: torch.Tensor, filler: int) -> torch.Tensor:
        return torch.nn.functional.pad(values_RT[:, :length], (0, missing), value=filler)

    batch = task.batch
    return replace(
        task,
        batch=Batch(
            ids_RT=fitted(batch.ids_RT, PAD),
            mask_RT=fitted(batch.mask_RT, 0),
            segments_RT=fitted(batch.segments_RT, 0),
            target_BK=batch.target_BK,
        ),
    )


def real_step_batches(config: ModelConfig, arguments: argparse.Namespace) -> tuple[TaskBatch, ...]:
    """Return the micro-batches that the arguments ask for."""
    data_dir = Path(arguments.data)
    every = real_batches(config, data_dir, decomposed(data_dir, seed=SEED), num_passages=arguments.batch, seed=SEED)
    chosen = [task for task in every if arguments.tasks == "all" or task.name in arguments.tasks.split(",")]
    if not chosen:
        raise SystemExit(f"There is no task {arguments.tasks!r}. Known: {', '.join(task.name for task in every)}.")
    return tuple(padded(task, arguments.length) for task in chosen)


def build(config: ModelConfig, device: str) -> RedHeartModel:
    """Build the model in bfloat16 on the device."""
    torch.manual_seed(SEED)
    return RedHeartModel(config).to(torch.bfloat16).to(device).train()


def measure(config: ModelConfig, shape: StepShape, batches: Sequence[TaskBatch], device: str) -> Measured:
    """Run one step and count it."""
    model = build(config, device)
    optimizer = _optimizer(model, shape.state, device)
    average = HostAverage(model)
    counter = AllocationCounter()
    started_s = time.perf_counter()
    with counter:
        counter.track(model)
        if isinstance(optimizer, EightBitAdamW):
            counter.track(optimizer.device_tensors, category="optimizer")
        losses = lean_step(model, batches, optimizer, booked=counter.category)
    seconds = time.perf_counter() - started_s
    started_s = time.perf_counter()
    average.update(model, optimizer.masters if isinstance(optimizer, OffloadedAdamW) else None)
    return Measured(
        device=dict(counter.peak_by_category),
        host=_host(optimizer, average),
        losses={task.name: float(loss) for task, loss in zip(batches, losses, strict=True)},
        seconds=seconds,
        average_seconds=time.perf_counter() - started_s,
        resident_bytes=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
        cuda_peak_bytes=torch.cuda.max_memory_allocated() if device == "cuda" else None,
    )


def _optimizer(model: RedHeartModel, state: StateKind, device: str) -> LeanOptimizer:
    if state is StateKind.EIGHT_BIT:
        return EightBitAdamW(model.named_parameters(), AdamWConfig(), seed=SEED)
    # On a processor that plays the device, the host's part must not be counted as the device's.
    return OffloadedAdamW(
        model.named_parameters(), AdamWConfig(), on_host=nullcontext if device == "cuda" else _disable_current_modes
    )


def _host(optimizer: LeanOptimizer, average: HostAverage) -> dict[str, int]:
    held = {"average": average.host_bytes}
    if isinstance(optimizer, OffloadedAdamW):
        master = sum(tensor.nbytes for tensor in optimizer.masters.values())
        held |= {"master": master, "optimizer": optimizer.host_bytes - master}
    return held


def rows(planned: MemoryPlan, simulated: AllocationCounter, measured: Measured) -> list[dict[str, Scalar]]:
    """Put plan, simulation and measurement side by side, by kind and place."""
    sizes: dict[tuple[str, str], int] = {}
    for line in planned.lines:
        key = (PLANNED_NAMES.get(line.name, line.name.value), line.place.value)
        sizes[key] = sizes.get(key, 0) + line.bytes
    counted = _by_line(measured.device)
    held = {(name, Place.DEVICE.value): size for name, size in counted.items()}
    held |= {(name, Place.HOST.value): size for name, size in measured.host.items()}
    return [
        {
            "line": name,
            "place": place,
            "planned_bytes": sizes.get((name, place), 0),
            "simulated_bytes": _by_line(simulated.peak_by_category).get(name, 0)
            if place == Place.DEVICE.value
            else None,
            "measured_bytes": held.get((name, place), 0),
        }
        for name, place in sorted({*sizes, *held}, key=lambda key: (key[1], key[0]))
    ]


def _by_line(categories: Mapping[str, int]) -> dict[str, int]:
    lines: dict[str, int] = {}
    for name, size in categories.items():
        line = "activations" if name in TRANSIENT else name
        lines[line] = lines.get(line, 0) + size
    return lines


def main() -> int:
    """Plan, simulate, run, compare; 1 if a claim is not met."""
    arguments = _arguments()
    config = preset(arguments.preset)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    torch.set_num_threads(arguments.threads)
    batches = real_step_batches(config, arguments)
    shape = StepShape(state=StateKind(arguments.optimizer), accumulates=len(batches) > 1)
    size = {"batch": arguments.batch, "length": arguments.length}
    planned = plan_memory(training_request(config, shape, **size))
    simulated = simulated_peak(config, shape, **size)
    measured = measure(config, shape, [_moved(task, device) for task in batches], device)
    facts = _facts(arguments, shape, planned, simulated, measured)
    table = rows(planned, simulated, measured)
    if arguments.save:
        _save(arguments, table, facts)
    if arguments.json:
        print(json.dumps({**facts, "rows": table, "losses": measured.losses}, indent=1))
    else:
        _print(table, facts)
    return 0 if facts["fits"] and abs(float(facts["plan_error"] or 0.0)) <= PLAN_TOLERANCE else 1


def _moved(task: TaskBatch, device: str) -> TaskBatch:
    return replace(task, batch=Batch(**{name: value.to(device) for name, value in _tensors(task.batch).items()}))


def _tensors(batch: Batch) -> dict[str, torch.Tensor]:
    return {name: getattr(batch, name) for name in ("ids_RT", "mask_RT", "segments_RT", "target_BK")}


def _facts(
    arguments: argparse.Namespace,
    shape: StepShape,
    planned: MemoryPlan,
    simulated: AllocationCounter,
    measured: Measured,
) -> dict[str, Scalar]:
    counted = measured.device_bytes
    return {
        "preset": arguments.preset,
        "batch": arguments.batch,
        "length": arguments.length,
        "micro_batches": len(measured.losses),
        "optimizer": shape.state.value,
        "seed": SEED,
        "threads": arguments.threads,
        "budget_bytes": arguments.budget_bytes,
        "planned_peak_bytes": planned.device_bytes,
        "simulated_peak_bytes": simulated.peak_bytes,
        "measured_peak_bytes": counted,
        "plan_error": plan_error(planned, counted),
        "simulation_error": simulated.peak_bytes / counted - 1,
        "fits": counted <= arguments.budget_bytes,
        "host_bytes": sum(measured.host.values()),
        "process_peak_bytes": measured.resident_bytes,
        "cuda_peak_bytes": measured.cuda_peak_bytes,
        "step_seconds": round(measured.seconds, 1),
        "average_seconds": round(measured.average_seconds, 1),
        "mean_loss": round(sum(measured.losses.values()) / len(measured.losses), 4),
    }


def _save(arguments: argparse.Namespace, table: Sequence[dict[str, Scalar]], facts: dict[str, Scalar]) -> None:
    save_measurement(
        Path(arguments.save),
        command=f"python benchmarks/training_step.py --preset {arguments.preset} --optimizer {arguments.optimizer} "
        f"--batch {arguments.batch} --length {arguments.length} --tasks {arguments.tasks}",
        torch_version=torch.__version__,
        rows=table,
        facts=facts,
        notes=(
            "Real passages of every task, cut or padded to the stated length.",
            "Without a GPU the processor plays the device: tensors are counted one by one; scratch memory of kernels "
            "and the allocator's rounding are not in these numbers.",
            "Activations stand for all that a step needs for a while: activations in the backward pass or the "
            "optimiser's scratch tensors afterwards, whichever is larger.",
            "The optimisation systems' weights and states are counted; their own loss is not part of this step.",
        ),
    )


def _print(table: Sequence[dict[str, Scalar]], facts: dict[str, Scalar]) -> None:
    print(f"{'line':<14}{'place':<8}{'planned':>12}{'simulated':>12}{'measured':>12}   GB")
    for row in table:
        sizes = (row["planned_bytes"], row["simulated_bytes"], row["measured_bytes"])
        shown = "".join(f"{'-' if size is None else f'{float(size) / 1e9:.3f}':>12}" for size in sizes)
        print(f"{row['line']:<14}{row['place']:<8}{shown}")
    for name, value in facts.items():
        print(f"{name}: {value}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--preset", default="full")
    parser.add_argument("--optimizer", default=StateKind.EIGHT_BIT.value, choices=[kind.value for kind in StateKind])
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--length", type=int, default=128)
    parser.add_argument("--tasks", default="all", help="all, or names separated by commas")
    parser.add_argument("--data", default="../shared/data")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--budget-bytes", type=int, default=BUDGET_BYTES)
    parser.add_argument("--save", default="")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
