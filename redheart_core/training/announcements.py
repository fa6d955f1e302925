"""Reports each technique once, at the step at which it first changed something, with what it changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from redheart_core.model.network import RedHeartModel
from redheart_core.training.losses import StepLoss
from redheart_core.training.techniques.weight_average import WeightAverage


class Announcements:
    """Remembers what was reported.

    Args:
        tell: Called with the text of a report.
    """

    def __init__(self, tell: Callable[[str], object]) -> None:
        self._tell = tell
        self._announced: set[str] = set()

    def once(self, name: str, detail: Callable[[], str], *, when: bool = True) -> None:
        """Report a technique if it acted and was not reported yet; ``detail`` is only then computed."""
        if when and name not in self._announced:
            self._announced.add(name)
            self._tell(f"{name}: {detail()}")

    def after_loss(self, loss: StepLoss, parts: Mapping[str, float], *, num_micro_batches: int) -> None:
        """Report what acted on the loss of a step."""
        self.once("precision", lambda: f"matrix products in {loss.precision.value}")
        self.once(
            "label_smoothing",
            lambda: f"{loss.num_smoothed} targets moved towards one half",
            when=loss.num_smoothed > 0,
        )
        self.once("r_drop", lambda: f"added {parts['r_drop']:.5f} nats", when="r_drop" in parts)
        self.once(
            "accumulation", lambda: f"{num_micro_batches} micro-batches made one step", when=num_micro_batches > 1
        )

    def after_average(self, average: WeightAverage | None, model: RedHeartModel) -> None:
        """Report the average once it differs from the weights."""
        if average is not None:
            self.once(
                "average",
                lambda: f"lies {average.distance(model):.3g} from the weights",
                when=average.num_updates > 1,
            )
