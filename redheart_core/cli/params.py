"""``redheart params --preset NAME``: the parameter table, counted from the built model."""

from __future__ import annotations

import click

from redheart_core.cli.shared import print_json, reader_language, reported_errors
from redheart_core.model.ledger import ParameterTable, parameter_table
from redheart_core.model.presets import preset


@click.command()
@click.option("--preset", "name", default="compact", show_default=True, help="Name of a preset.")
@click.option("--json", "as_json", is_flag=True, help="Print the table as JSON.")
def params(name: str, as_json: bool) -> None:
    """Count the parameters of a preset by row, on the meta device: nothing is allocated."""
    with reported_errors(reader_language(None), as_json=as_json):
        table = parameter_table(preset(name))
    if as_json:
        print_json(table.to_dict())
    else:
        click.echo(_text(table))


def _text(table: ParameterTable) -> str:
    lines = [f"{row.actual:>13,}  {row.name}" for row in table.rows]
    return "\n".join([*lines, f"{table.total:>13,}  total"])
