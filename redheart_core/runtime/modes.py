"""Light, medium, heavy: how much of a network stays on the device, each within a budget that can be set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from torch import nn

from redheart_core.errors import ConfigError
from redheart_core.runtime.residency import GIB, ResidencyManager
from redheart_core.runtime.stores import ModuleStore


class Mode(StrEnum):
    """How much stays resident."""

    LIGHT = "light"
    MEDIUM = "medium"
    HEAVY = "heavy"


@dataclass(frozen=True, slots=True, kw_only=True)
class ModeSettings:
    """What a mode runs and keeps."""

    mode: Mode
    preset: str
    """Name of the preset that is run."""
    pinned: tuple[str, ...] | None
    """Names of modules that stay resident, with everything below them; None keeps all."""
    budget_gib: float
    """Most that weights may take on the device, GiB. The defaults suit weights in bfloat16."""

    def __post_init__(self) -> None:
        if self.budget_gib <= 0:
            raise ConfigError(f"The mode {self.mode.value} has a budget of {self.budget_gib} GiB. Set a positive one.")

    @property
    def budget_bytes(self) -> int:
        """The budget in bytes."""
        return round(self.budget_gib * GIB)

    def with_budget(self, budget_gib: float) -> ModeSettings:
        """Return the mode with another budget in GiB.

        Raises:
            ConfigError: It is not positive.
        """
        return replace(self, budget_gib=budget_gib)

    def keeps(self, name: str) -> bool:
        """Return whether a module stays resident."""
        if self.pinned is None:
            return True
        return any(name == kept or name.startswith(f"{kept}.") for kept in self.pinned)


MODES = {
    settings.mode: settings
    for settings in (
        ModeSettings(mode=Mode.LIGHT, preset="compact", pinned=None, budget_gib=0.25),
        ModeSettings(mode=Mode.MEDIUM, preset="full", pinned=("backbone", "heads"), budget_gib=0.75),
        ModeSettings(mode=Mode.HEAVY, preset="full", pinned=None, budget_gib=1.5),
    )
}


def residency_for(
    settings: ModeSettings, modules: Mapping[str, nn.Module], *, device: str, store: ModuleStore
) -> ResidencyManager:
    """Return a manager of ``modules`` that pins what the mode keeps.

    Raises:
        OutOfDeviceMemoryError: The mode's budget is too small for them; the message says what it must be.
    """
    manager = ResidencyManager(device=device, budget_bytes=settings.budget_bytes, store=store)
    for name, module in modules.items():
        manager.manage(name, module, pinned=settings.keeps(name))
    return manager
