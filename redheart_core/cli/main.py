"""The command group, and the one place that turns errors into exit codes.

Exit codes: 0 done; 1 the answer is no (a trace does not match, something is missing); 2 the input cannot be used.
"""

from __future__ import annotations

import logging

import click

from redheart_core.cli.ablate import ablate
from redheart_core.cli.analyze import analyze
from redheart_core.cli.attribute import attribute
from redheart_core.cli.bench import bench
from redheart_core.cli.bridge import bridge
from redheart_core.cli.checkpoint import checkpoint
from redheart_core.cli.chunks import chunks
from redheart_core.cli.compress import compress
from redheart_core.cli.concepts import concepts
from redheart_core.cli.data import data
from redheart_core.cli.devices import devices
from redheart_core.cli.doctor import doctor
from redheart_core.cli.eval import evaluate_official
from redheart_core.cli.evaluate import evaluate
from redheart_core.cli.influence import influence
from redheart_core.cli.nearest import nearest
from redheart_core.cli.optimization import optimization
from redheart_core.cli.params import params
from redheart_core.cli.plan import plan
from redheart_core.cli.reach import reach
from redheart_core.cli.runs import runs
from redheart_core.cli.surd_group import surd
from redheart_core.cli.sweep import sweep
from redheart_core.cli.trace import trace
from redheart_core.cli.train import train


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="redheart-workbench")
def main() -> None:
    """Calculate moral judgements of a dilemma, and show where every number comes from."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")


COMMANDS = (
    ablate,
    analyze,
    attribute,
    bench,
    bridge,
    checkpoint,
    chunks,
    compress,
    concepts,
    data,
    devices,
    doctor,
    evaluate,
    evaluate_official,
    influence,
    nearest,
    optimization,
    params,
    plan,
    reach,
    runs,
    surd,
    sweep,
    trace,
    train,
)
for command in COMMANDS:
    main.add_command(command)
