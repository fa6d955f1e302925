"""The shared model leases the network itself."""

from __future__ import annotations

import threading
from types import SimpleNamespace

from torch import nn

from redheart_core import RedHeart
from redheart_core.runtime.lease import is_leased
from tests.fakes import FakeReader
from workbench.ui.resources import SharedModel


class _Reader(FakeReader):
    """A reader with a network, as a loaded checkpoint has one."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.checkpoint = SimpleNamespace(model=network)


def leased_elsewhere(thing: object) -> bool:
    seen: list[bool] = []
    thread = threading.Thread(target=lambda: seen.append(is_leased(thing)))
    thread.start()
    thread.join()
    return seen[0]


def test_whoever_hooks_the_network_waits_for_the_pages() -> None:
    network = nn.Linear(1, 1)
    shared = SharedModel(model=RedHeart(name="fake", reader=_Reader(network)))
    with shared.lease():
        assert leased_elsewhere(network)
    assert not leased_elsewhere(network)


def test_the_rules_alone_are_leased_themselves() -> None:
    shared = SharedModel(model=RedHeart(name="rules", reader=None))
    with shared.lease():
        assert leased_elsewhere(shared.model)
