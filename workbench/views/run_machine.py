"""What the machine did while a run went on: processor, memory, disk, GPU, over minutes since the first sample."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from redheart_core.runs.stretches import summarised
from redheart_core.runs.telemetry import DeviceSample, Sample
from redheart_core.runs.watching import Look
from redheart_core.runtime.plan import MemoryPlan
from workbench.copy import UiLanguage, say
from workbench.views import numbers
from workbench.views.figure import FigureText
from workbench.views.panels import LevelView, LineView, PanelsView, PanelView, panels_table

GIB = 1024**3
_MOST = 300
_MINUTE_S = 60.0


def machine_view(look: Look, language: UiLanguage) -> PanelsView | None:
    """Lay out the samples; None before the first, which comes some seconds after the start."""
    samples = look.samples
    if not samples:
        return None
    memory = PanelView(
        title=say("run.machine.memory", language),
        lines=(
            _line(samples, lambda s: s.used_bytes / GIB, say("run.machine.used", language), is_muted=True),
            _line(samples, lambda s: s.process_bytes / GIB, say("run.machine.process", language)),
        ),
        levels=(_level(samples[-1].total_bytes, language),),
        starts_at_zero=True,
    )
    processor = PanelView(
        title=say("run.machine.processor", language),
        lines=(
            _line(samples, lambda s: s.cpu_percent, say("run.machine.all", language), is_muted=True),
            _line(samples, lambda s: s.process_cpu_percent, say("run.machine.process", language)),
        ),
        starts_at_zero=True,
    )
    disk = PanelView(
        title=say("run.machine.disk", language),
        lines=(_line(samples, lambda s: s.disk_free_bytes / GIB, say("run.machine.free", language)),),
        starts_at_zero=True,
    )
    panels = (memory, processor, disk, *_gpu_panels(samples, language))
    values = {
        "peak": numbers.short(max(s.process_bytes for s in samples) / GIB),
        "total": numbers.short(samples[-1].total_bytes / GIB),
        "free": numbers.short(samples[-1].disk_free_bytes / GIB),
    }
    title = say("run.machine.title", language, **values)
    axis = say("run.axis.minute", language)
    return PanelsView(
        text=FigureText(
            title=title,
            subtitle=say("run.machine.subtitle", language, **values),
            alt=say("run.alt", language, title=title, panels="; ".join(panel.title for panel in panels)),
        ),
        panels=panels,
        axis_label=axis,
        table=panels_table("machine", axis, panels, language),
    )


def memory_sentence(look: Look, planned: MemoryPlan, language: UiLanguage) -> str | None:
    """Hold the plan of the largest step against what was measured; None before there is anything to compare.

    A GPU counts what tensors take, as the plan does. The system counts all of a process: there the plan stands beside
    the growth since the last sample before the first step, when program and data were in memory and no step was taken.
    """
    if not look.samples or not look.clock:
        return None
    plan = numbers.short((planned.device_bytes + planned.host_bytes) / GIB)
    peaks = [device.peak_bytes for sample in look.samples for device in sample.devices]
    if peaks:
        device = numbers.short(planned.device_bytes / GIB)
        return say("run.machine.plan_gpu", language, plan=device, peak=numbers.short(max(peaks) / GIB))
    before = [sample.process_bytes for sample in look.samples if sample.at_s < look.clock[0].at_s]
    after = [sample.process_bytes for sample in look.samples if sample.at_s >= look.clock[0].at_s]
    if not before or not after:
        return say("run.machine.plan_only", language, plan=plan)
    grown = numbers.short(max(0, max(after) - before[-1]) / GIB)
    return say("run.machine.plan_grown", language, plan=plan, grown=grown, before=numbers.short(before[-1] / GIB))


def _gpu_panels(samples: Sequence[Sample], language: UiLanguage) -> tuple[PanelView, ...]:
    count = max(len(sample.devices) for sample in samples)
    return tuple(panel for place in range(count) for panel in _panels_of_gpu(samples, place, language))


def _panels_of_gpu(samples: Sequence[Sample], place: int, language: UiLanguage) -> tuple[PanelView, ...]:
    seen = [sample for sample in samples if len(sample.devices) > place]
    latest = seen[-1].devices[place]

    def of(value: Callable[[DeviceSample], float]) -> Callable[[Sample], float]:
        return lambda sample: value(sample.devices[place])

    memory = PanelView(
        title=say("run.machine.gpu_memory", language, name=latest.name),
        lines=(
            _line(seen, of(lambda d: d.used_bytes / GIB), say("run.machine.used", language), is_muted=True),
            _line(seen, of(lambda d: d.allocated_bytes / GIB), say("run.machine.process", language)),
        ),
        levels=(_level(latest.total_bytes, language),),
        starts_at_zero=True,
    )
    busy = [sample for sample in seen if sample.devices[place].busy_percent is not None]
    if not busy:
        return (memory,)
    load = PanelView(
        title=say("run.machine.gpu_load", language, name=latest.name),
        lines=(_line(busy, of(lambda d: d.busy_percent or 0.0), say("run.machine.all", language)),),
        starts_at_zero=True,
    )
    return memory, load


def _line(
    samples: Sequence[Sample], value: Callable[[Sample], float], name: str, *, is_muted: bool = False
) -> LineView:
    begun_s = samples[0].at_s
    minutes = [(sample.at_s - begun_s) / _MINUTE_S for sample in samples]
    stretches = summarised(minutes, [value(sample) for sample in samples], most=_MOST)
    return LineView(name=name, stretches=stretches, role="muted" if is_muted else "ink", is_dashed=is_muted)


def _level(total_bytes: int, language: UiLanguage) -> LevelView:
    size = numbers.short(total_bytes / GIB)
    return LevelView(y=total_bytes / GIB, note=say("run.machine.there", language, size=size))
