"""The command line ``redheart``: one file per command."""

from redheart_core.cli.main import main

__all__ = ["main"]
