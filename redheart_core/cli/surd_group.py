"""``redheart surd``: the decompositions of a table, of a population, of an ensemble, and what is taught from them."""

from __future__ import annotations

import click

from redheart_core.cli.surd import surd as columns
from redheart_core.cli.surd_decompose import decompose
from redheart_core.cli.surd_ensemble import ensemble
from redheart_core.cli.surd_population import population
from redheart_core.cli.surd_teach import teach_readouts

ROUTES = {
    "--dilemma": "ensemble",
    "--passage": "ensemble",
    "--data": "population",
    "--own": "population",
    "--run": "population",
    "--stored": "population",
}
"""Which command is meant where options come first; ``columns`` otherwise."""


class SurdGroup(click.Group):
    """Lets options follow ``surd`` directly: what is asked about says which command is meant."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the command in front of options that come without one."""
        is_help = bool(args) and args[0] in ctx.help_option_names
        if not is_help and (not args or args[0].startswith("-")):
            given = (argument.split("=", 1)[0] for argument in args)
            args = [next((ROUTES[one] for one in given if one in ROUTES), "columns"), *args]
        return super().parse_args(ctx, args)


@click.group(cls=SurdGroup)
def surd() -> None:
    """Decompose what sources tell about a target: alone, in common, only together.

    Options may follow at once: --dilemma or --passage draws an ensemble, --data, --own, --run or --stored
    asks a population, anything else a table.
    """


surd.add_command(columns, "columns")
surd.add_command(ensemble, "ensemble")
surd.add_command(decompose, "decompose")
surd.add_command(teach_readouts, "teach")
surd.add_command(population, "population")
