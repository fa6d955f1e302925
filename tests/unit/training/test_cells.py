"""Finished pieces are not made again, are refused when damaged, and belong to one study."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from redheart_core.errors import DataError
from redheart_core.training.cells import CellFolder


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    value: float


def test_a_piece_is_made_once(tmp_path: Path):
    made: list[int] = []

    def make() -> Piece:
        made.append(1)
        return Piece(value=float("inf"))

    for _ in range(2):
        assert CellFolder(tmp_path, Piece, identity="a").get("rate 1/2", make) == Piece(value=float("inf"))
    assert made == [1]
    assert CellFolder(tmp_path, Piece, identity="b").find("rate 1/2") is None


def test_an_interrupted_piece_leaves_nothing_behind(tmp_path: Path):
    folder = CellFolder(tmp_path, Piece, identity="a")

    def fail() -> Piece:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        folder.get("x", fail)
    assert folder.find("x") is None


def test_a_damaged_piece_is_named(tmp_path: Path):
    folder = CellFolder(tmp_path, Piece, identity="a")
    folder.get("x", lambda: Piece(value=1.0))
    folder.path("x").write_text("{")
    with pytest.raises(DataError, match=r"x-.*\.json: not a finished piece"):
        folder.find("x")
