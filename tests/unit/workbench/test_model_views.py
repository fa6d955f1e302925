"""The parameter table and the model card."""

from importlib.resources import files

import pytest

from redheart_core.model.ledger import parameter_rows
from redheart_core.model.presets import PRESETS
from workbench.views.model import parameters_view
from workbench.views.model_card import card_body, card_command, card_limits

CARD = """# Red Heart `tiny`

Text.

## Known failures

- Irony.

## Training

- Command: `python -m x --config tiny`
"""


def test_the_parameter_table_adds_up() -> None:
    rows = parameter_rows(PRESETS["tiny"])
    view = parameters_view("tiny", rows, "en")
    total = f"{sum(row.parameters for row in rows):,}"
    assert total in view.finding
    assert view.summary.rows[-1][1] == total
    shares = [float(str(row[-1]).removesuffix("%")) for row in view.summary.rows[:-1]]
    assert sum(shares) == pytest.approx(100, abs=0.1 * len(rows))


def test_a_preset_without_a_budget_has_no_columns_for_one() -> None:
    view = parameters_view("compact", parameter_rows(PRESETS["compact"]), "en")
    assert view.summary.columns == ("part", "parameters", "share")
    assert view.table.columns == ("part", "parameters", "budget", "deviation")


def test_a_preset_with_a_budget_names_its_row_that_is_furthest_off() -> None:
    view = parameters_view("full", parameter_rows(PRESETS["full"]), "en")
    deviations = {str(row[0]): float(str(row[3]).replace("−", "-").removesuffix("%")) for row in view.summary.rows[:-1]}
    furthest = max(deviations, key=lambda name: abs(deviations[name]))
    assert furthest in view.finding
    assert all(abs(deviation) <= 1.0 for deviation in deviations.values())


def test_a_card_gives_its_limits_and_its_command() -> None:
    assert card_limits(CARD) == "- Irony."
    assert card_command(CARD) == "python -m x --config tiny"
    assert card_limits("# Title\n\nNothing else.") is None
    assert card_command("") is None


def test_a_card_fits_under_a_heading_of_the_page() -> None:
    body = card_body(CARD)
    assert "Red Heart `tiny`" not in body
    assert "### Known failures" in body


def test_the_cards_that_training_writes_have_a_section_on_limits() -> None:
    template = files("redheart_core.training").joinpath("card_template.md").read_text(encoding="utf-8")
    assert card_limits(template)
