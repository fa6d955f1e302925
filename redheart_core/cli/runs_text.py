"""What ``redheart runs`` prints, for people and as values for JSON."""

from __future__ import annotations

import math
import time
from dataclasses import asdict
from typing import Any

from redheart_core.runs.catalogue import Listed
from redheart_core.runs.comparing import Comparison
from redheart_core.runs.deleting import Deletion
from redheart_core.runs.folder import RunFolder
from redheart_core.runs.log_tail import last_lines
from redheart_core.runs.reader import RunReader, Status
from redheart_core.runs.retention import kept_models
from redheart_core.runs.stopping import Progress

_NAME_WIDTH = 32
_NUM_EVENTS = 12


def finite(value: Any) -> Any:
    """Return values without numbers that JSON cannot hold; null stands for them."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: finite(inner) for key, inner in value.items()}
    return [finite(inner) for inner in value] if isinstance(value, list | tuple) else value


def listed_values(listed: Listed) -> dict[str, Any]:
    """Return one run of the list."""
    if listed.facts is None or listed.status is None:
        return {"id": listed.folder.run_id, "problem": str(listed.problem)}
    return {
        "id": listed.folder.run_id,
        "name": listed.facts.name,
        "created_s": listed.facts.created_s,
        **_status_values(listed.status),
    }


def list_line(listed: Listed) -> str:
    """Return one line of the list."""
    if listed.facts is None or listed.status is None:
        return f"{listed.folder.run_id}  unreadable  {listed.problem}"
    status = listed.status
    reason = f"  {status.reason}" if status.reason else ""
    return (
        f"{listed.folder.run_id}  {status.shown.value:<9}  {status.step:>7} / {status.planned_steps:<7}  "
        f"{_cut(listed.facts.name)}{reason}"
    )


def shown_values(folder: RunFolder, reader: RunReader) -> dict[str, Any]:
    """Return everything about a run but its curves."""
    facts = reader.facts()
    samples = reader.telemetry(max_samples=1)
    content = {
        "id": folder.run_id,
        "folder": str(folder.path),
        **asdict(facts),
        **_status_values(reader.status()),
        "data_sha256": reader.data_sha256(),
        "attempts": [asdict(attempt) for attempt in reader.attempts()],
        "validations": [asdict(row) for row in reader.validations()],
        "events": [
            asdict(event) | {"name": None if event.what is None else event.what.name} for event in reader.events()
        ],
        "series": list(reader.series_names()),
        "telemetry": asdict(samples[-1]) if samples else None,
        "kept_models": {str(step): str(path) for step, path in kept_models(folder).items()},
        "log_end": last_lines(folder).text,
    }
    values: dict[str, Any] = finite(content)
    return values


def show_text(content: dict[str, Any]) -> str:
    """Return what ``runs show`` prints."""
    attempt = content["attempts"][-1] if content["attempts"] else None
    lines = [
        f"{content['id']}  {content['name']}",
        f"{content['state']}{': ' + content['reason'] if content['reason'] else ''}",
        f"step {content['step']} of {content['planned_steps']}{_left(content)}",
        f"command {content['command']}   seed {content['seed']}   threads {content['num_threads']}",
        f"folder {content['folder']}",
        f"model {content['out_dir']}",
    ]
    if attempt is not None:
        lines.append(f"process {attempt['mark']['pid']} on {attempt['mark']['host']}, attempt {attempt['number']}")
    last_step = max((row["step"] for row in content["validations"]), default=0)
    for row in (row for row in content["validations"] if row["step"] == last_step):
        lines.append(f"  {row['task']}, {row['metric']}: {_number(row['value'])} (baseline {_number(row['baseline'])})")
    shown = [event for event in content["events"] if not event["is_superseded"]][-_NUM_EVENTS:]
    lines += [f"  {_clock(event['at_s'])} step {event['step']} {event['kind']}: {event['detail']}" for event in shown]
    return "\n".join([*lines, content["log_end"].rstrip()])


def compare_text(comparison: Comparison) -> str:
    """Return what ``runs compare`` prints."""
    lines = [f"{run_id}  {name}" for run_id, name in zip(comparison.run_ids, comparison.names, strict=True)]
    lines.append("settings that differ:" if comparison.settings else "no setting differs")
    lines += [f"  {row.name}: {'  |  '.join(value or '–' for value in row.values)}" for row in comparison.settings]
    lines.append("best validation metrics (at step):" if comparison.metrics else "no validation metrics")
    for row in comparison.metrics:
        cells = [_cell(value, step) for value, step in zip(row.values, row.steps, strict=True)]
        lines.append(f"  {row.task}, {row.metric}: {'  |  '.join(cells)}")
    return "\n".join(lines)


def stage_line(progress: Progress) -> str:
    """Return one stage of stopping."""
    return f"{_clock(progress.at_s)} {progress.stage.value}: {progress.detail}"


def deletion_text(planned: Deletion) -> str:
    """Return what would go."""
    lines = [
        f"run {planned.run_id}: {planned.num_files} files, {planned.size_bytes / 1e6:.1f} MB, token {planned.token}"
    ]
    if planned.model_elsewhere is not None:
        lines.append(f"its model lies outside and stays: {planned.model_elsewhere}")
    return "\n".join(lines)


def _status_values(status: Status) -> dict[str, Any]:
    return {
        "state": status.shown.value,
        "reason": status.reason,
        "liveness": None if status.liveness is None else status.liveness.value,
        "step": status.step,
        "planned_steps": status.planned_steps,
        "seconds_per_step": status.seconds_per_step,
        "left_s": status.left_s,
        "exit_code": None if status.exit is None else status.exit.code,
    }


def _left(content: dict[str, Any]) -> str:
    if content["left_s"] is None or content["state"] not in ("running", "stopping"):
        return ""
    return f", {content['left_s'] / 60:.0f} minutes left at {content['seconds_per_step']:.3f} s per step"


def _cell(value: float | None, step: int | None) -> str:
    return "–" if value is None else f"{value:.4f} ({step})"


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.4f}"


def _clock(at_s: float) -> str:
    return time.strftime("%H:%M:%S", time.localtime(at_s))


def _cut(name: str) -> str:
    return name if len(name) <= _NAME_WIDTH else f"{name[: _NAME_WIDTH - 1]}…"
