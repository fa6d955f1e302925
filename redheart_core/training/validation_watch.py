"""What validations decide: which modules stop learning, whether the run ends, and which weights it keeps."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from torch import Tensor, nn

from redheart_core.model.network import RedHeartModel
from redheart_core.training.config import TrainingConfig
from redheart_core.training.evaluation import Metric
from redheart_core.training.happenings import AllFrozen, StoppedEarly
from redheart_core.training.tasks import Task
from redheart_core.training.techniques.early_stopping import EarlyStopping
from redheart_core.training.techniques.sweet_spots import Mark, SweetSpots

Validate = Callable[[RedHeartModel], tuple[Metric, ...]]


class ValidationWatch:
    """Measures a model now and then, and remembers what follows from it.

    Args:
        config: The run.
        model: Whose modules may be frozen.
        tasks: What is learned.
        validate: Measures a model; None: never.
    """

    def __init__(
        self, config: TrainingConfig, model: nn.Module, tasks: Sequence[Task], validate: Validate | None
    ) -> None:
        self._every, self._validate = config.validate_every, validate
        self.stopping = None if config.early_stopping is None else EarlyStopping(config.early_stopping)
        self.sweet_spots = None if config.sweet_spots is None else SweetSpots(config.sweet_spots, model, tasks)
        self.best_weights: Mapping[str, Tensor] = {}
        """Weights of the best validation; empty without early stopping."""

    def is_due(self, step: int) -> bool:
        """Return whether the model is measured after this step."""
        return self._validate is not None and self._every is not None and step % self._every == 0

    def measure(self, model: RedHeartModel) -> tuple[Metric, ...]:
        """Measure the model as it would be shipped, and keep its weights where they are the best so far."""
        assert self._validate is not None, "not due"
        metrics = self._validate(model)
        if self.stopping is not None and self.stopping.add(metrics):
            self.best_weights = {name: value.detach().clone() for name, value in model.named_parameters()}
        return metrics

    def freeze(self, metrics: Sequence[Metric]) -> tuple[Mark, ...]:
        """Freeze the modules that reached their sweet spot with this validation, and return their marks."""
        return () if self.sweet_spots is None else self.sweet_spots.add(metrics)

    @property
    def is_over(self) -> bool:
        """Whether no module is left to learn, or the whole has brought nothing more for long enough."""
        if self.sweet_spots is not None and self.sweet_spots.is_over:
            return True
        return self.stopping is not None and self.stopping.is_over()

    @property
    def why_over(self) -> StoppedEarly | AllFrozen:
        """The last progress of the whole, or that no module is left."""
        if self.stopping is None:
            return AllFrozen()
        best, scores = self.stopping.best, self.stopping.scores
        return StoppedEarly(best=best + 1, validations=len(scores), score=scores[best])

    @property
    def best_step(self) -> int | None:
        """Step of the weights that are kept; None where they are those of the last step."""
        if self.stopping is None or not self.best_weights:
            return None
        assert self._every is not None, "weights of a validation without validations"
        return (self.stopping.best + 1) * self._every
