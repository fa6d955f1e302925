"""Prints the SHA-256 of every dilemma's JSON, a line each: run in several processes, the lines must be the same."""

from __future__ import annotations

import hashlib
import sys

from redheart_core import load_model
from redheart_core.inference.text_json import to_json
from tests.dilemmas import real_dilemmas


def main() -> None:
    """Hash as many dilemmas as asked for."""
    model = load_model("compact")
    for identifier, dilemma in real_dilemmas(int(sys.argv[1])):
        content = to_json(model.evaluate_ethics(dilemma).to_dict())
        sys.stdout.write(f"{identifier} {hashlib.sha256(content.encode()).hexdigest()}\n")


if __name__ == "__main__":
    main()
