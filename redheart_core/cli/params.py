"""``redheart params --preset NAME``: the parameter table, counted from the built model."""

from __future__ import annotations

from typing import Any

import click

from redheart_core.cli.shared import print_json, reader_language, reported_errors
from redheart_core.inference.shipped import built_config
from redheart_core.model.ledger import Row, parameter_rows, total_budget


@click.command()
@click.option("--preset", "name", default="compact", show_default=True, help="Name of a preset.")
@click.option("--json", "as_json", is_flag=True, help="Print the table as JSON.")
def params(name: str, as_json: bool) -> None:
    """Count the parameters of a preset by row, on the meta device: nothing is allocated.

    Where a checkpoint of the preset ships, it is that checkpoint's model: how many n-grams it knows is up to the data.
    """
    with reported_errors(reader_language(None), as_json=as_json):
        rows = parameter_rows(built_config(name))
    total = sum(row.parameters for row in rows)
    summary = Row(name="total", parameters=total, budget=total_budget(rows), parts=())
    if as_json:
        content = {"preset": name, "rows": [_json(row) for row in rows], "total": total}
        print_json(content | {"budget": summary.budget, "deviation": summary.deviation})
    else:
        lines = [line for row in rows for line in (_line(row), *(_line(part, indent="  ") for part in row.parts))]
        click.echo("\n".join([*lines, _line(summary)]))


def _json(row: Row) -> dict[str, Any]:
    """Return one row of the JSON contract; ``budget`` and ``deviation`` are null where the documents give none."""
    content = {"name": row.name, "budget": row.budget, "actual": row.parameters, "deviation": row.deviation}
    return content | {"parts": [_json(part) for part in row.parts]} if row.parts else content


def _line(row: Row, *, indent: str = "") -> str:
    against = "" if row.deviation is None else f"  {row.deviation:+.2%} of {row.budget:,}"
    return f"{row.parameters:>13,}  {indent}{row.name}{against}"
