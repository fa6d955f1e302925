"""A run as an event file of TensorBoard: every step of every curve, validations, events as text, settings."""

from __future__ import annotations

from pathlib import Path

from redheart_core.runs.export.extras import load_extra
from redheart_core.runs.reader import RunReader
from redheart_core.runs.series import series_values


def export_tensorboard(reader: RunReader, target: Path) -> int:
    """Write a run below ``target``, in a folder named by its identifier.

    Returns:
        Numbers written.

    Raises:
        ConfigError: TensorBoard is not installed.
    """
    writer = load_extra("torch.utils.tensorboard", extra="tensorboard").SummaryWriter(
        log_dir=str(target / reader.folder.run_id)
    )
    facts, count = reader.facts(), 0
    settings = [f"| {name} | {value} |" for name, value in facts.settings.items()]
    writer.add_text("settings", "\n".join(["| setting | value |", "|---|---|", *settings]), walltime=facts.created_s)
    for at_s, record in reader.steps():
        for name, value in series_values(record):
            writer.add_scalar(f"train/{name}", value, record.step, walltime=at_s)
            count += 1
    for row in reader.validations():
        writer.add_scalar(f"validation/{row.task}/{row.metric}", row.value, row.step)
        count += 1
    for event in reader.events():
        if not event.is_superseded:
            text = f"{event.kind.value}: {event.detail}"
            writer.add_text("events", text, event.step, walltime=event.at_s)
    writer.close()
    return count
