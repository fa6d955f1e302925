"""Modes hold the same model in less memory, and say when that cannot be."""

from __future__ import annotations

from pathlib import Path

import pytest

from redheart_core import load_model
from redheart_core.errors import ConfigError, DeviceError, OutOfDeviceMemoryError
from redheart_core.inference.leased import LeasedReader
from redheart_core.inference.modes import module_names
from redheart_core.model.ledger import count_parameters
from redheart_core.runtime.residency import GIB
from tests.checkpoints import SENTENCES, make_tiny_checkpoint


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_tiny_checkpoint(tmp_path_factory.mktemp("modes") / "tiny")


def _reader(folder: Path, **held: object) -> LeasedReader:
    reader = load_model(folder, **held).reader  # type: ignore[arg-type]  # forwarded options
    assert isinstance(reader, LeasedReader)
    return reader


def _tight_budget(folder: Path, precision: str) -> float:
    """Return a budget that holds backbone, heads and one more module, but not all."""
    model = _reader(folder).checkpoint.model
    width = 4 if precision == "fp32" else 2
    sizes = {name: width * count_parameters(model.get_submodule(name)) for name in module_names(model)}
    pinned = sum(size for name, size in sizes.items() if name.startswith(("backbone", "heads")))
    others = sorted(size for name, size in sizes.items() if not name.startswith(("backbone", "heads")))
    return (pinned + others[-1] + others[0]) / GIB


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_every_mode_says_exactly_the_same(folder: Path, precision: str) -> None:
    plain = _reader(folder, precision=precision)
    heavy = _reader(folder, precision=precision, mode="heavy")
    medium = _reader(folder, precision=precision, mode="medium", budget_gib=_tight_budget(folder, precision))
    for text in SENTENCES:
        assert heavy.read(text) == plain.read(text)
        assert medium.read(text) == plain.read(text)
    assert medium.residency is not None
    # On the processor nothing is fetched ahead: benchmarks/residency.py found that it costs more than it saves.
    assert {event.action for event in medium.residency.events} == {"brought_in", "evicted"}
    assert medium.residency.resident_bytes <= medium.residency.budget_bytes


def test_a_budget_that_cannot_hold_what_the_mode_keeps_is_refused_with_what_it_takes(folder: Path) -> None:
    with pytest.raises(OutOfDeviceMemoryError, match=r"cannot hold .* Raise it to"):
        load_model(folder, mode="medium", budget_gib=1e-7)


@pytest.mark.parametrize(
    ("held", "problem"),
    [
        ({"mode": "gigantic"}, "no mode 'gigantic'. Known: light, medium, heavy"),
        ({"budget_gib": 1.0}, "A budget needs a mode"),
        ({"mode": "light"}, "runs 'compact' and this checkpoint is 'tiny'"),
        ({"mode": "heavy", "precision": "int8"}, "int8 is made from whole weights"),
    ],
)
def test_what_does_not_go_together_is_refused(folder: Path, held: dict[str, object], problem: str) -> None:
    with pytest.raises(ConfigError, match=problem):
        load_model(folder, **held)  # type: ignore[arg-type]  # forwarded options


def test_a_device_that_is_not_there_is_answered_with_those_that_are(folder: Path) -> None:
    with pytest.raises(DeviceError, match="There is no device 'cuda:9'; this machine has cpu"):
        load_model(folder, device="cuda:9")


def test_the_shipped_model_is_the_light_mode() -> None:
    light = load_model("compact", mode="light")
    assert light.analyze("I lied.").to_dict() == load_model("compact").analyze("I lied.").to_dict()
