"""``redheart params --preset NAME``: the parameter table, counted from the built model."""

from __future__ import annotations

from typing import Any

import click

from redheart_core.cli.shared import print_json, reader_language, reported_errors
from redheart_core.model.ledger import Row, parameter_rows
from redheart_core.model.presets import preset


@click.command()
@click.option("--preset", "name", default="compact", show_default=True, help="Name of a preset.")
@click.option("--json", "as_json", is_flag=True, help="Print the table as JSON.")
def params(name: str, as_json: bool) -> None:
    """Count the parameters of a preset by row, on the meta device: nothing is allocated."""
    with reported_errors(reader_language(None), as_json=as_json):
        rows = parameter_rows(preset(name))
    total = sum(row.parameters for row in rows)
    if as_json:
        print_json({"preset": name, "rows": [_row(row) for row in rows], "total": total})
    else:
        lines = [f"{row.parameters:>13,}  {row.name}" for row in rows]
        click.echo("\n".join([*lines, f"{total:>13,}  total"]))


def _row(row: Row) -> dict[str, Any]:
    """Return one row of the JSON contract. No preset with a stated budget is built yet, so there is none to miss."""
    return {"name": row.name, "budget": None, "actual": row.parameters, "deviation": None}
