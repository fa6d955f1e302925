"""What the trainer costs beside a plain loop of the same model, and what a second process brings.

    python benchmarks/training.py --data DIR [--steps 24] [--rounds 3] [--processes 2] [--save FILE] [--json]

Overhead: both train the same model from the same weights on the same batches, one core, bfloat16 autocast, clipping
and AdamW. The plain loop gets its batches as lists made beforehand; the trainer draws tasks and batches, checks for
numbers that are none, sets rates, reports every step. Rounds alternate which goes first; the ratio of processor
times is taken within a round. Both must end at the same losses, bit for bit, or the comparison is void.

Scaling: processes that ``torchrun`` starts, one core each, against one process, on the same batches. It needs as many
idle cores as processes.

Claim checked: the trainer's overhead is at most 5 %. Exit code 1 where it is not met.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import torch

from redheart_core.inference.shipped import shipped_folder
from redheart_core.measurements import save_measurement
from redheart_core.model.checkpoint import load_checkpoint
from redheart_core.model.network import RedHeartModel
from redheart_core.training.batches import Item, collate, tokenize
from redheart_core.training.config import StageConfig, TrainingConfig, load_config
from redheart_core.training.distributed import ALONE, Workers, joined
from redheart_core.training.objectives import total_loss
from redheart_core.training.observer import SilentObserver, StepRecord
from redheart_core.training.parameter_groups import parameter_groups
from redheart_core.training.required import RECOVERY_WEIGHT
from redheart_core.training.sampling import Draw, Sampler
from redheart_core.training.schedule import planned_rate
from redheart_core.training.streams import BatchStream, Limits
from redheart_core.training.tasks import Task, load_tasks
from redheart_core.training.trainer import Trainer

TASKS = ("kote", "utilitarianism", "deontology", "emobank")
ROWS = 1_500
"""Examples of each task; more only take longer to tokenize."""
MOST_OVERHEAD = 0.05
SEED = 0
WORKER = "REDHEART_BENCHMARK_WORKER"


@dataclass(frozen=True, slots=True, kw_only=True)
class Timed:
    """One training."""

    examples: int
    seconds: float
    cpu_seconds: float
    """Of this process on its core: what the training itself costs, whatever else the machine does."""
    losses: tuple[float, ...]

    @property
    def examples_per_s(self) -> float:
        """Speed."""
        return self.examples / self.seconds


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Workload:
    """What is trained on what."""

    model: RedHeartModel
    tasks: tuple[Task, ...]
    items: dict[str, tuple[Item, ...]]
    config: TrainingConfig

    def fresh_model(self) -> RedHeartModel:
        """Return a copy to train, with the random state that every training starts from."""
        model = RedHeartModel(self.model.config)
        model.load_state_dict(self.model.state_dict())
        torch.manual_seed(SEED)
        return model.train()


class _Losses(SilentObserver):
    def __init__(self) -> None:
        self.steps: list[StepRecord] = []

    def on_step(self, record: StepRecord) -> None:
        """Keep it."""
        self.steps.append(record)


def load_workload(data_dir: Path, steps: int, batch_size: int) -> Workload:
    """Read real rows and the shipped weights."""
    loaded = load_checkpoint(shipped_folder("compact"))
    tasks = tuple(replace(task, train=task.train[:ROWS]) for task in load_tasks(data_dir) if task.name in TASKS)
    max_tokens = loaded.model.config.max_tokens
    stage = StageConfig(
        steps=steps,
        warmup_steps=2,
        batch_size=batch_size,
        max_batch_tokens=5_120,
        learning_rate=4e-4,
        shallow=False,
    )
    config = replace(
        load_config("ablation"), seed=SEED, stages=(stage,), save_every=10**9, log_every=10**9, validate_every=None
    )
    items = {task.name: tokenize(task.train, loaded.tokenizer, max_tokens=max_tokens) for task in tasks}
    return Workload(model=loaded.model, tasks=tasks, items=items, config=config)


def run_trainer(work: Workload, workers: Workers = ALONE) -> Timed:
    """Train with the trainer."""
    observer = _Losses()
    trainer = Trainer(work.fresh_model(), work.tasks, work.items, work.config, observer=observer, workers=workers)
    started_s, started_cpu_s = time.perf_counter(), time.process_time()
    trainer.run()
    seconds, cpu_seconds = time.perf_counter() - started_s, time.process_time() - started_cpu_s
    return Timed(
        examples=trainer.examples,
        seconds=seconds,
        cpu_seconds=cpu_seconds,
        losses=tuple(record.loss for record in observer.steps),
    )


def drawn_batches(work: Workload) -> list[tuple[Draw, Sequence[Item]]]:
    """Draw what the trainer will draw."""
    (stage,) = work.config.stages
    sampler = Sampler(work.tasks, work.items, work.config)
    streams = {task.name: BatchStream(work.items[task.name], seed=SEED, name=task.name) for task in work.tasks}
    limits = Limits(batch_size=stage.batch_size, max_batch_tokens=stage.max_batch_tokens)
    draws = [sampler.draw(step, stage) for step in range(1, stage.steps + 1)]
    return [(draw, streams[draw.task.name].take(limits)) for draw in draws]


def run_plain(work: Workload, batches: Sequence[tuple[Draw, Sequence[Item]]]) -> Timed:
    """Train with as few lines as it takes."""
    model, losses = work.fresh_model(), []
    groups = parameter_groups(model, work.config)
    optimizer = torch.optim.AdamW(
        [{"params": list(group.parameters), "weight_decay": group.weight_decay} for group in groups],
        betas=(0.9, 0.98),
        fused=True,
    )
    parameters = [parameter for group in groups for parameter in group.parameters]
    started_s, started_cpu_s = time.perf_counter(), time.process_time()
    for step, (draw, items) in enumerate(batches, start=1):
        batch = collate(items)
        with torch.autocast("cpu", torch.bfloat16):
            output = model(batch.ids_RT, batch.mask_RT, batch.segments_RT, parts=draw.parts)
        task_loss = total_loss(draw.task.objective, output.logits, batch.target_BK)
        parts_P = torch.stack([task_loss, RECOVERY_WEIGHT * output.recovery_error])
        torch.autograd.backward(parts_P.sum())
        torch.nn.utils.clip_grad_norm_(parameters, work.config.gradient_clip)
        for group, values in zip(groups, optimizer.param_groups, strict=True):
            values["lr"] = planned_rate(work.config, step) * group.factor
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        losses.append(sum(parts_P.tolist()))
    seconds, cpu_seconds = time.perf_counter() - started_s, time.process_time() - started_cpu_s
    return Timed(
        examples=sum(len(items) for _, items in batches), seconds=seconds, cpu_seconds=cpu_seconds, losses=tuple(losses)
    )


def compare(work: Workload, rounds: int) -> list[dict[str, float | bool]]:
    """Alternate trainer and plain loop, after one untimed training."""
    batches = drawn_batches(work)
    run_plain(work, batches[:2])
    rows: list[dict[str, float | bool]] = []
    for number in range(rounds):
        if number % 2:
            plain = run_plain(work, batches)
            ours = run_trainer(work)
        else:
            ours = run_trainer(work)
            plain = run_plain(work, batches)
        rows.append(
            {
                "trainer_examples_per_s": ours.examples_per_s,
                "plain_examples_per_s": plain.examples_per_s,
                "overhead": ours.cpu_seconds / plain.cpu_seconds * plain.examples / ours.examples - 1,
                "same_losses": ours.losses == plain.losses,
            }
        )
    return rows


def measure_processes(arguments: argparse.Namespace, processes: int) -> Timed:
    """Train in several processes, one core each."""
    command = [
        sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", str(processes), __file__,
        "--data", str(arguments.data), "--steps", str(arguments.steps), "--batch", str(arguments.batch),
    ]  # fmt: skip
    environment = {**os.environ, WORKER: str(processes), "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    if done.returncode:
        raise SystemExit(done.stderr[-2000:])
    values = json.loads(done.stdout.strip().splitlines()[-1])
    return Timed(
        examples=values["examples"],
        seconds=values["seconds"],
        cpu_seconds=values["cpu_seconds"],
        losses=tuple(values["losses"]),
    )


def work_as_process(arguments: argparse.Namespace, processes: int) -> None:
    """Be one of several processes; the first prints what it measured."""
    torch.set_num_threads(1)
    work = load_workload(arguments.data, arguments.steps, arguments.batch)
    with joined(processes) as workers:
        timed = run_trainer(work, workers)
        if workers.records:
            print(json.dumps(asdict(timed)))


def report(arguments: argparse.Namespace) -> int:
    """Measure, print, save."""
    torch.set_num_threads(1)
    rows = compare(load_workload(arguments.data, arguments.steps, arguments.batch), arguments.rounds)
    overhead = statistics.median(float(row["overhead"]) for row in rows)
    facts: dict[str, float | int | bool] = {
        "overhead": overhead,
        "most_overhead": MOST_OVERHEAD,
        "same_losses": all(bool(row["same_losses"]) for row in rows),
        "steps": arguments.steps,
        "batch": arguments.batch,
    }
    if arguments.processes > 1:
        one, many = (measure_processes(arguments, count) for count in (1, arguments.processes))
        facts |= {
            "processes": arguments.processes,
            "one_process_examples_per_s": one.examples_per_s,
            "processes_examples_per_s": many.examples_per_s,
            "scaling": many.examples_per_s / one.examples_per_s,
            "load_per_core": os.getloadavg()[0] / (os.cpu_count() or 1),
        }
    if arguments.save:
        save_measurement(
            arguments.save,
            command=f"python benchmarks/training.py --data DIR --steps {arguments.steps} --rounds {arguments.rounds} "
            f"--batch {arguments.batch} --processes {arguments.processes}",
            torch_version=torch.__version__,
            rows=rows,
            facts=facts,
        )
    print(json.dumps({"rows": rows, "facts": facts}, indent=1) if arguments.json else _text(rows, facts))
    return 0 if overhead <= MOST_OVERHEAD and facts["same_losses"] else 1


def _text(rows: Sequence[dict[str, float | bool]], facts: dict[str, float | int | bool]) -> str:
    lines = [
        f"round {number}: trainer {row['trainer_examples_per_s']:.1f} examples/s, plain loop "
        f"{row['plain_examples_per_s']:.1f}, overhead {row['overhead']:+.1%}, same losses: {row['same_losses']}"
        for number, row in enumerate(rows, start=1)
    ]
    lines.append(f"overhead {facts['overhead']:+.1%} (median; claimed at most {MOST_OVERHEAD:.0%})")
    if "scaling" in facts:
        load = facts["load_per_core"]
        lines.append(f"{facts['processes']} processes: x{facts['scaling']:.2f} of one; load per core {load:.1f}")
    return "\n".join(lines)


def main() -> int:
    """Parse and measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=24)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--save", type=Path)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    if processes := os.environ.get(WORKER):
        work_as_process(arguments, int(processes))
        return 0
    return report(arguments)


if __name__ == "__main__":
    raise SystemExit(main())
