"""The recorded study: which commands are run, and how their reports become rows of one measurement."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter

from redheart_core.errors import ConfigError, DataError
from redheart_core.measurements import Measurement, Scalar
from redheart_core.model.presets import FULL
from redheart_core.training.compression.adapter_count import AdapterCount, count_adapters, count_for
from redheart_core.training.compression.lora import EVERY_LINEAR, AdapterConfig
from redheart_core.training.compression.report import Report

DOCUMENTED_TRAINABLE = 200_000_000
"""What the founding documents say remains to be trained of 730 million with QLoRA."""
FINE_TUNED = ("lora", "--task", "kote", "--steps", "50")
TASKS = ("kote", "emobank", "utilitarianism")
PRUNED_TASKS = (*TASKS, "goemotions_ko", "deontology")
"""Korean emotions suffer most from pruning, so they are among its tasks."""
SMALL_STUDENT = ("--teacher", "compact", "--student", "distilled_small", "--steps", "200", "--batch", "64")
FULL_TEACHER = ("--teacher", "full", "--precision", "bf16", "--limit", "60", "--heldout", "90", "--batch", "8")
NOTES = (
    "One seed each: differences of a few thousandths mean nothing.",
    "Metrics are on development rows that were not trained on; the threshold of macro-F1 is chosen on them.",
    "Seconds are of training alone, for pruning of the whole run, on a machine that did other things as well.",
    "Where the full model teaches, it is untrained: those rows show that the machinery works at that size.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One command of the study."""

    name: str
    arguments: tuple[str, ...]
    """Of ``redheart compress``."""

    @property
    def has_untrained_teacher(self) -> bool:
        """Whether nothing of the shipped checkpoint enters."""
        return FULL_TEACHER[:2] == self.arguments[1:3]


def _tasks(names: Sequence[str]) -> tuple[str, ...]:
    return tuple(word for name in names for word in ("--task", name))


TRIALS = (
    Trial(name="lora", arguments=(*FINE_TUNED, "--method", "lora")),
    Trial(name="qlora-nf4", arguments=(*FINE_TUNED, "--method", "qlora-nf4")),
    Trial(name="qlora-int8", arguments=(*FINE_TUNED, "--method", "qlora-int8")),
    Trial(name="all-weights", arguments=(*FINE_TUNED, "--method", "full")),
    Trial(name="prune-taylor", arguments=("prune", "--recover", "50", *_tasks(PRUNED_TASKS))),
    Trial(name="prune-norm", arguments=("prune", "--criterion", "norm", "--recover", "0", *_tasks(PRUNED_TASKS))),
    Trial(name="distil-soft", arguments=("distil", *SMALL_STUDENT, *_tasks(TASKS))),
    Trial(name="distil-both", arguments=("distil", *SMALL_STUDENT, "--hard", "1", *_tasks(TASKS))),
    Trial(name="labels-only", arguments=("distil", *SMALL_STUDENT, "--soft", "0", "--hard", "1", *_tasks(TASKS))),
    Trial(
        name="full-to-compact",
        arguments=("distil", *FULL_TEACHER, "--student", "compact", "--steps", "20", *_tasks(TASKS)),
    ),
    Trial(
        name="full-to-100m",
        arguments=(
            "distil",
            *FULL_TEACHER,
            "--student",
            "base_100m",
            "--steps",
            "12",
            "--rate",
            "2e-4",
            *_tasks(TASKS),
        ),
    ),
)


def chosen_trials(names: Sequence[str]) -> tuple[Trial, ...]:
    """Return the trials of these names, or all where none is named.

    Raises:
        ConfigError: There is none of that name.
    """
    known = {trial.name: trial for trial in TRIALS}
    if set(names) - set(known):
        unknown = ", ".join(sorted(set(names) - set(known)))
        raise ConfigError(f"There is no trial {unknown}. Known: {', '.join(known)}.")
    return tuple(known[name] for name in names) or TRIALS


def run_trial(trial: Trial, *, data_dir: Path, cache_dir: Path) -> Report:
    """Run one command in a process of its own and return its report.

    Raises:
        DataError: The command failed; the message is its own.
    """
    words = [sys.executable, "-m", "redheart_core", "compress", *trial.arguments, "--data", str(data_dir), "--json"]
    if trial.arguments[0] == "distil":
        teacher = trial.arguments[trial.arguments.index("--teacher") + 1]
        words += ["--cache", str(cache_dir / teacher)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        raise DataError(f"{trial.name} ended with {done.returncode}: {done.stderr.strip()[-300:]}")
    return TypeAdapter(Report).validate_python(json.loads(done.stdout))


def rows_of(trial: Trial, report: Report, *, checkpoint: str) -> list[dict[str, Scalar]]:
    """Return one row per metric, each with the numbers of the whole run.

    Args:
        trial: What was run.
        report: What it reported.
        checkpoint: Hash of the shipped checkpoint, which every trial without an untrained teacher starts from.
    """
    started_from: dict[str, Scalar] = {} if trial.has_untrained_teacher else {"checkpoint": checkpoint}
    return [
        {
            "phase": report.phase,
            "setting": outcome.setting,
            "metric": f"{outcome.task}: {outcome.metric}",
            "parameters": report.parameters_after,
            "parameters_before": report.parameters_before,
            "trainable": report.trainable,
            "before": outcome.before,
            "after": outcome.after,
            "baseline": outcome.baseline,
            "teacher": outcome.reference,
            "rows": outcome.num_rows,
            "seconds": round(report.seconds, 1),
            **report.numbers,
            **started_from,
            "seed": report.seed,
            "trial": trial.name,
            "command": report.command,
        }
        for outcome in report.outcomes
    ]


def renewed_rows(
    known: Measurement | None, measured: Mapping[str, Sequence[Mapping[str, Scalar]]]
) -> list[Mapping[str, Scalar]]:
    """Return the known rows with those of the measured trials in place of the old ones, in the order of the study."""
    by_trial: dict[str, list[Mapping[str, Scalar]]] = {trial.name: [] for trial in TRIALS}
    for row in known.rows if known else ():
        by_trial.setdefault(str(row["trial"]), []).append(row)
    by_trial |= {name: list(rows) for name, rows in measured.items()}
    return [row for trial in TRIALS for row in by_trial[trial.name]]


def facts_of(known: Measurement | None, reports: Iterable[Report]) -> dict[str, Scalar]:
    """Return what the adapters are on ``full``, counted, and the parameter tables of what was pruned."""
    facts: dict[str, Scalar] = dict(known.facts) if known else {}
    wanted = AdapterConfig()
    everywhere = AdapterConfig(targets=EVERY_LINEAR)
    for name, count in (
        ("full, adapters by default", count_adapters(FULL, wanted)),
        ("full, about 200 M trainable", count_for(FULL, wanted, trainable=DOCUMENTED_TRAINABLE)),
        ("full, about 200 M on every linear layer", count_for(FULL, everywhere, trainable=DOCUMENTED_TRAINABLE)),
    ):
        facts[name] = _sentence(count)
    for report in reports:
        for row in report.table:
            facts[f"{report.setting}, {row.name}"] = f"{row.before:,} to {row.after:,} parameters"
    return facts


def _sentence(count: AdapterCount) -> str:
    return (
        f"rank {count.adapters.rank} on {count.num_layers} layers: {count.trainable:,} trainable beside "
        f"{count.base:,} frozen parameters ({count.share:.2%})"
    )
