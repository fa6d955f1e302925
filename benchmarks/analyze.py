"""Where the time of an analysis goes: features, model, calculation, trace. Ratios of one run; peak memory.

    python benchmarks/analyze.py [--json] [--repeat 5]

Claims checked: with ``compact``, the share outside the model is at most 30 %.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from redheart_core.inference import engine, passage, reading
from redheart_core.inference.text_json import to_json
from redheart_core.vocabulary.presets import load_presets

ROOT = Path(__file__).parents[1]


class Clock:
    """Adds up seconds by part; parts may not nest."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    def timed(self, part: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return ``function`` with its time added to ``part``."""

        def wrapper(*args: Any, **kwargs: Any) -> Any:
            start = time.perf_counter()
            try:
                return function(*args, **kwargs)
            finally:
                self.seconds[part] = self.seconds.get(part, 0.0) + time.perf_counter() - start

        wrapper.__name__, wrapper.__module__ = function.__name__, function.__module__
        return wrapper


@contextmanager
def instrumented(clock: Clock) -> Iterator[None]:
    """Time the operations that read text and the model while the block runs."""
    parts = {"text_features": "features", "prototype_likeness": "features", "neural_reading": "model"}
    originals = {name: getattr(reading, name) for name in parts}
    for name, part in parts.items():
        setattr(passage, name, clock.timed(part, originals[name]))
    try:
        yield
    finally:
        for name, original in originals.items():
            setattr(passage, name, original)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--repeat", type=int, default=5)
    arguments = parser.parse_args()
    report = measure(arguments.repeat)
    if arguments.json:
        print(json.dumps(report, indent=2))
    else:
        for kind, row in report["kinds"].items():
            shares = ", ".join(f"{part} {share:.0%}" for part, share in row["shares"].items())
            print(f"{kind}: {row['median_ms']:.1f} ms median of {row['count']}; {shares}; outside {row['outside']:.0%}")
        print(f"peak memory {report['peak_memory_mib']:.0f} MiB, checkpoint {report['checkpoint_sha256'][:12]}")


def measure(repeat: int) -> dict[str, Any]:
    """Return medians and shares for passages and for dilemmas."""
    model = engine.load_model("compact")
    dilemmas = [preset.dilemma for preset in load_presets(ROOT / "assets" / "dilemmas")]
    kinds = {
        "passage": [lambda d=d: model.analyze(d.situation) for d in dilemmas],
        "dilemma": [lambda d=d: model.evaluate_ethics(d) for d in dilemmas],
    }
    report = {kind: _kind(asks, repeat) for kind, asks in kinds.items()}
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"kinds": report, "peak_memory_mib": peak, "checkpoint_sha256": str(model.checkpoint_sha256)}


def _kind(asks: list[Callable[[], Any]], repeat: int) -> dict[str, Any]:
    for ask in asks:
        ask()
    totals, clock, trace_seconds = [], Clock(), 0.0
    with instrumented(clock):
        for ask in asks * repeat:
            start = time.perf_counter()
            result = ask()
            calculated = time.perf_counter()
            to_json(result.to_dict())
            end = time.perf_counter()
            totals.append(end - start)
            trace_seconds += end - calculated
    total = sum(totals)
    seconds = clock.seconds | {"trace": trace_seconds}
    seconds["calculation"] = total - sum(seconds.values())
    shares = {part: seconds[part] / total for part in ("features", "model", "calculation", "trace")}
    return {
        "count": len(totals),
        "median_ms": 1000 * statistics.median(totals),
        "shares": shares,
        "outside": 1.0 - shares["model"],
    }


if __name__ == "__main__":
    main()
