"""The model card: what the weights can do, measured; what they cannot; what they were made of."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from redheart_core.training.config import LinearConfig, TrainingConfig
    from redheart_core.training.summary import RunSummary


def render_card(summary: RunSummary) -> str:
    """Return the card as Markdown: the measured part from the run, the rest from ``card_template.md``."""
    template = files("redheart_core.training").joinpath("card_template.md").read_text(encoding="utf-8")
    return (
        template.replace("{{preset}}", summary.config.preset)
        .replace("{{metrics}}", _metrics(summary))
        .replace("{{temperatures}}", _temperatures(summary))
        .replace("{{data}}", _data(summary))
        .replace("{{run}}", _run(summary))
    )


def _metrics(summary: RunSummary) -> str:
    rows = [
        f"| {metric.task} | {metric.name} | {metric.value:.3f} | {metric.baseline:.3f} | {metric.num_rows} |"
        for metric in summary.metrics
    ]
    return "\n".join(["| task | metric | model | baseline | rows |", "|---|---|---|---|---|", *rows])


def _temperatures(summary: RunSummary) -> str:
    rows = [f"| {family.value} | {value:.3f} |" for family, value in sorted(summary.temperatures.items())]
    return "\n".join(["| family | temperature |", "|---|---|", *rows])


def _data(summary: RunSummary) -> str:
    entries = sorted({(file.name, file.licence, file.sha256) for task in summary.tasks for file in task.files})
    rows = [f"| {name} | {licence} | `{sha256}` |" for name, licence, sha256 in entries]
    return "\n".join(["| file | licence | SHA-256 |", "|---|---|---|", *rows])


def _linear(config: LinearConfig | None) -> list[str]:
    if config is None:
        return []
    needed = ", ".join(f"{family} {count}" for family, count in sorted(config.min_passages.items()))
    crossed = f"; crossed pairs for {', '.join(sorted(crossing))}" if (crossing := config.crossed_min_passages) else ""
    alone = f"; alone for {', '.join(config.alone)}" if config.alone else ""
    return [
        "- Linear part: logistic regression per output (ridge for ratings) on words, pairs of words, 2 to 4 letters; "
        f"strength {config.strength:g} where none is named; passages that must have an n-gram: {needed}{crossed}{alone}"
    ]


def _steps(summary: RunSummary) -> str:
    done = f"{summary.steps_done} of {summary.config.steps} steps"
    return done if summary.best_step is None else f"{done} (weights of the validation after step {summary.best_step})"


def _chosen_on(config: TrainingConfig) -> list[str]:
    if config.validate_every is None and config.crossover is None:
        return []
    return [
        f"- Validations on the way and crossover looked at up to {config.validation_rows} development rows of each "
        "task (at least one group), drawn by the seed; they are in no other number here, neither fitted nor measured"
    ]


def _run(summary: RunSummary) -> str:
    config = summary.config
    stages = [
        f"- Stage of {stage.steps} steps, batch {stage.batch_size}, AdamW rate {stage.learning_rate:g} with linear "
        f"warm-up and decay{', encoder layers and analysers resting' if stage.shallow else ''}"
        for stage in config.stages
    ]
    return "\n".join(
        [
            f"- Command: `{summary.command}`",
            f"- Seed {config.seed}, {_steps(summary)}, weight decay {config.weight_decay}",
            *stages,
            *_chosen_on(config),
            *_linear(config.linear),
            f"- {summary.num_parameters:,} parameters, stored as float16, computed with as float32",
            f"- {summary.minutes:.0f} minutes ({summary.timed}) on {summary.hardware}",
        ]
    )
