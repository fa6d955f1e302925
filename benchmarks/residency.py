"""What it costs to keep only a part of the network in memory, and whether fetching ahead pays.

    python benchmarks/residency.py [--preset full] [--tokens 64] [--repeat 5] [--cold] [--json] [--save FOLDER]

One query of random weights in bfloat16, three ways in one process: heavy (all resident), medium with modules brought in
when they are used, medium with the next module fetched in the background. ``--cold`` drops the file from the page cache
before every query, so that weights come from the disk. Prints ratios to heavy, and resident memory.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import torch
from safetensors.torch import load_file, save_file
from torch import nn

from redheart_core.measurements.recorded import save_measurement
from redheart_core.model.config import ModelConfig
from redheart_core.model.ledger import meta_model
from redheart_core.model.network import RedHeartModel
from redheart_core.model.presets import preset
from redheart_core.runtime.modes import MODES, Mode, ModeSettings, residency_for
from redheart_core.runtime.residency import ResidencyManager
from redheart_core.runtime.stores import MappedStore

DTYPE = torch.bfloat16
SEED = 20_250_826
MEDIUM_ROOM = 2.0
"""Room beside the pinned modules, in units of the largest other: one in use, one on its way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """One way to hold the network."""

    name: str
    mode: Mode
    prefetch: bool


VARIANTS = (
    Variant(name="heavy", mode=Mode.HEAVY, prefetch=False),
    Variant(name="medium", mode=Mode.MEDIUM, prefetch=False),
    Variant(name="medium, fetched ahead", mode=Mode.MEDIUM, prefetch=True),
)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--preset", default="full")
    parser.add_argument("--tokens", type=int, default=64)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--cold", action="store_true")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--save", type=Path, help="Folder for residency.json and residency_timeline.json.")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.safetensors"
        write_random_weights(preset(arguments.preset), path)
        rows, timeline = measure(arguments, path)
    if arguments.save:
        save(arguments, rows, timeline)
    print(json.dumps({"rows": rows, "timeline": timeline}, indent=2) if arguments.json else describe(rows))


def write_random_weights(config: ModelConfig, path: Path) -> None:
    """Write a network of the right sizes: what its numbers are does not change how long it takes."""
    torch.manual_seed(SEED)
    model = meta_model(config).to(DTYPE)
    state = {name: torch.empty(value.shape, dtype=DTYPE).normal_(0, 0.02) for name, value in model.state_dict().items()}
    save_file(state, path)


def measure(arguments: argparse.Namespace, path: Path) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return a row per variant, and the moves of the last query that brought modules in when they were used."""
    rows: list[dict[str, Any]] = []
    timeline: list[dict[str, Any]] = []
    logits: torch.Tensor | None = None
    for variant in VARIANTS:
        with network(arguments.preset, path, variant) as (model, manager):
            seconds, answer = run(model, manager, arguments, path)
            rows.append(row(variant, seconds, manager, rows))
            timeline = timeline or moves_of_last_query(manager, seconds[-1], variant)
        if logits is not None and not torch.equal(logits, answer):
            raise SystemExit(f"{variant.name} gives other numbers than heavy")
        logits = answer
    return rows, timeline


@contextmanager
def network(name: str, path: Path, variant: Variant) -> Iterator[tuple[RedHeartModel, ResidencyManager]]:
    """Map the network and manage it as the variant says."""
    model = meta_model(preset(name)).to(DTYPE).eval()
    model.load_state_dict(load_file(path), assign=True)
    model.backbone.embedding.restore_positions()
    store, modules = MappedStore([path]), modules_in_order(model)
    manager = residency_for(settings(variant.mode, modules, store), modules, device="cpu", store=store)
    with manager.managed(tuple(modules), prefetch=variant.prefetch):
        yield model, manager


def modules_in_order(model: RedHeartModel) -> dict[str, nn.Module]:
    """Return the modules that move as one, in the order of the forward path."""
    heads = {f"heads.{name}": part for name, part in model.heads.items()}
    analyzers = {f"analyzers.{name}": part for name, part in model.analyzers.items()}
    return {"backbone": model.backbone, **heads, **analyzers, "bridge": model.bridge, "auxiliary": model.auxiliary}


def settings(mode: Mode, modules: dict[str, nn.Module], store: MappedStore) -> ModeSettings:
    """Return the mode with the smallest budget that lets the next module come while one is used."""
    pinned = [store.nbytes(name) for name in modules if MODES[mode].keeps(name)]
    others = [store.nbytes(name) for name in modules if not MODES[mode].keeps(name)]
    return MODES[mode].with_budget((sum(pinned) + MEDIUM_ROOM * max(others, default=0)) / 2**30)


def run(
    model: RedHeartModel, manager: ResidencyManager, arguments: argparse.Namespace, path: Path
) -> tuple[list[float], torch.Tensor]:
    """Return the seconds of each query but the first, which warms up, and the logits of one family."""
    ids_BT = torch.arange(arguments.tokens)[None]
    inputs = (ids_BT, torch.ones_like(ids_BT, dtype=torch.bool), torch.zeros_like(ids_BT))
    seconds = []
    for _ in range(arguments.repeat + 1):
        if arguments.cold:
            drop_from_cache(manager, path)
        start = time.perf_counter()
        with torch.inference_mode():
            logits = model(*inputs).logits
        seconds.append(time.perf_counter() - start)
    return seconds[1:], torch.cat([each.flatten() for each in logits.values()])


def drop_from_cache(manager: ResidencyManager, path: Path) -> None:
    """Forget the file's pages; those that are mapped stay."""
    for name in manager.resident_names:
        manager.evict(name)
    with path.open("rb") as file:
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def row(
    variant: Variant, seconds: list[float], manager: ResidencyManager, rows: list[dict[str, Any]]
) -> dict[str, Any]:
    """Return what one variant cost."""
    median = statistics.median(seconds)
    return {
        "variant": variant.name,
        "median_ms": 1000 * median,
        "ratio_to_heavy": median / (rows[0]["median_ms"] / 1000) if rows else 1.0,
        "budget_bytes": manager.budget_bytes,
        "resident_bytes": manager.resident_bytes,
        "process_bytes": psutil.Process().memory_info().rss,
        "waited_ms_per_query": 1000 * sum(event.waited_s for event in manager.events) / (len(seconds) + 1),
    }


def moves_of_last_query(manager: ResidencyManager, seconds: float, variant: Variant) -> list[dict[str, Any]]:
    """Return the moves of the last query, with times from its start; none where everything stays."""
    if variant.mode is Mode.HEAVY:
        return []
    end = manager.events[-1].time_s
    last = [event for event in manager.events if event.time_s > end - seconds]
    return [
        {
            "time_s": event.time_s - last[0].time_s,
            "name": event.name,
            "action": event.action.value,
            "bytes": event.bytes,
            "resident_bytes_after": event.resident_bytes_after,
            "waited_s": event.waited_s,
        }
        for event in last
    ]


def describe(rows: list[dict[str, Any]]) -> str:
    """Return the rows for a person."""
    return "\n".join(
        f"{each['variant']}: {each['median_ms']:.0f} ms, {each['ratio_to_heavy']:.2f} x heavy; "
        f"weights {each['resident_bytes'] / 2**30:.2f} of {each['budget_bytes'] / 2**30:.2f} GiB, "
        f"process {each['process_bytes'] / 2**30:.2f} GiB; waited {each['waited_ms_per_query']:.0f} ms per query"
        for each in rows
    )


def save(arguments: argparse.Namespace, rows: list[dict[str, Any]], timeline: list[dict[str, Any]]) -> None:
    """Write both measurements for the pages."""
    command = (
        f"python benchmarks/residency.py --preset {arguments.preset} --tokens {arguments.tokens} "
        f"--repeat {arguments.repeat}{' --cold' if arguments.cold else ''}"
    )
    facts = {
        "preset": arguments.preset,
        "tokens": arguments.tokens,
        "cold": arguments.cold,
        "dtype": "bfloat16",
        "mode": Mode.MEDIUM.value,
        "budget_bytes": rows[-1]["budget_bytes"],
        "total_bytes": rows[0]["resident_bytes"],
    }
    name = f"residency_{arguments.preset}{'_cold' if arguments.cold else ''}"
    for stem, content in ((name, rows), (f"{name}_timeline", timeline)):
        save_measurement(
            arguments.save / f"{stem}.json", command=command, torch_version=torch.__version__, rows=content, facts=facts
        )


if __name__ == "__main__":
    main()
