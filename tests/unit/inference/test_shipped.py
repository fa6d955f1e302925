"""The configuration that a page counts is that of the weights that ship."""

from __future__ import annotations

from redheart_core.inference.shipped import built_config
from redheart_core.model.ledger import parameter_rows
from redheart_core.model.presets import FULL


def test_a_shipped_checkpoint_counts_with_its_ngrams() -> None:
    rows = {row.name: row.parameters for row in parameter_rows(built_config("compact"))}
    assert rows["N-gram part"] > 1_000_000


def test_a_preset_without_a_checkpoint_is_itself() -> None:
    assert built_config("full") == FULL
