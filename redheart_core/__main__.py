"""``python -m redheart_core`` is the command line."""

from redheart_core.cli import main

main()
