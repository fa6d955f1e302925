"""Names of training tasks and their metrics in the reader's language."""

from __future__ import annotations

import re

from redheart_core.runs.comparing import metric_name
from workbench.copy import UiLanguage, catalogue, say

_GROUPS = re.compile(r"exact match, groups of (\d+)")


def task_name(task: str, language: UiLanguage) -> str:
    """Return the name of a task; one that has no words keeps its identifier."""
    key = f"tasks.name.{task}"
    return say(key, language) if key in catalogue() else task


def metric_label(metric: str, language: UiLanguage) -> str:
    """Return the name of a metric; one that has no words keeps what was recorded."""
    name = metric_name(metric)
    groups = _GROUPS.fullmatch(name)
    if groups is not None:
        return say("tasks.metric.exact_match", language, size=groups[1])
    key = f"tasks.metric.{re.sub(r'[^a-z0-9]+', '_', name.lower()).strip('_')}"
    return say(key, language) if key in catalogue() else name
