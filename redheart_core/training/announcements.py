"""Reports each technique once, at the step at which it first changed something, with what it changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from redheart_core.model.network import RedHeartModel
from redheart_core.training.happenings import (
    Accumulated,
    AverageMoved,
    Happening,
    LabelsSmoothed,
    PrecisionUsed,
    RDropAdded,
)
from redheart_core.training.losses import StepLoss
from redheart_core.training.techniques.weight_average import WeightAverage


class Announcements:
    """Remembers what was reported.

    Args:
        tell: Called with what acted.
    """

    def __init__(self, tell: Callable[[Happening], object]) -> None:
        self._tell = tell
        self._announced: set[str] = set()

    def once(self, name: str, what: Callable[[], Happening], *, when: bool = True) -> None:
        """Report a technique if it acted and was not reported yet; ``what`` is only then computed."""
        if when and name not in self._announced:
            self._announced.add(name)
            self._tell(what())

    def after_loss(self, loss: StepLoss, parts: Mapping[str, float], *, num_micro_batches: int) -> None:
        """Report what acted on the loss of a step."""
        self.once(PrecisionUsed.name, lambda: PrecisionUsed(precision=loss.precision.value))
        self.once(LabelsSmoothed.name, lambda: LabelsSmoothed(targets=loss.num_smoothed), when=loss.num_smoothed > 0)
        self.once(RDropAdded.name, lambda: RDropAdded(nats=parts["r_drop"]), when="r_drop" in parts)
        self.once(Accumulated.name, lambda: Accumulated(micro_batches=num_micro_batches), when=num_micro_batches > 1)

    def after_average(self, average: WeightAverage | None, model: RedHeartModel) -> None:
        """Report the average once it differs from the weights."""
        if average is not None:
            self.once(
                AverageMoved.name,
                lambda: AverageMoved(distance=average.distance(model)),
                when=average.num_updates > 1,
            )
