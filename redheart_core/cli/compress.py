"""``redheart compress lora | share | prune | distil``: make a trained model cheaper, and measure what that costs."""

from __future__ import annotations

import click

from redheart_core.cli.compress_adapters import lora, share
from redheart_core.cli.compress_distil import distil
from redheart_core.cli.compress_prune import prune


@click.group()
def compress() -> None:
    """Adapters, structured pruning and distillation, each measured on development rows."""


for command in (lora, share, prune, distil):
    compress.add_command(command)
