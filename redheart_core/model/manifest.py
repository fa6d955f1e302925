"""``config.json`` of a checkpoint: what the weights are, what they were trained for, and on what."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from redheart_core.errors import CheckpointError, ConfigError
from redheart_core.model.config import ModelConfig
from redheart_core.model.presets import PRESETS
from redheart_core.vocabulary.reading import OUTPUTS, Family

FORMAT_VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """How the weights came about."""

    command: str
    seed: int
    steps: int
    data_sha256: Mapping[str, str]
    """Hash of each training file, by its path below the data folder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """Everything that a checkpoint says about itself."""

    format_version: int
    model: ModelConfig
    tokenizer_sha256: str
    parameters_sha256: str
    trained_outputs: Mapping[Family, tuple[str, ...]]
    """Outputs with trained weights, by family. A family that is missing here is refused, never guessed."""
    temperatures: Mapping[Family, float]
    """Divisor of the logits, by trained family; fitted on development data."""
    provenance: Provenance

    def with_hashes(self, *, parameters_sha256: str, tokenizer_sha256: str) -> Manifest:
        """Return a copy that names these files."""
        return replace(self, parameters_sha256=parameters_sha256, tokenizer_sha256=tokenizer_sha256)


def render_manifest(manifest: Manifest) -> str:
    """Return the JSON text, the same for the same content."""
    return json.dumps(asdict(manifest), ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def parse_manifest(path: Path, content: bytes) -> Manifest:
    """Read and check the JSON text.

    Raises:
        CheckpointError: It is malformed, of another format, or names an unknown preset or output.
    """
    try:
        manifest = TypeAdapter(Manifest).validate_json(content, strict=False, extra="forbid")
    except (ValidationError, ConfigError) as error:
        problem = " ".join(str(error).split())[:200]
        raise CheckpointError(f"{path}: not a valid checkpoint configuration: {problem}. Restore it.") from error
    _check(path, manifest)
    return manifest


def _check(path: Path, manifest: Manifest) -> None:
    if manifest.format_version != FORMAT_VERSION:
        raise CheckpointError(
            f"{path}: format version {manifest.format_version}, this program reads {FORMAT_VERSION}. "
            "Use a matching program."
        )
    if manifest.model.preset not in PRESETS:
        raise CheckpointError(f"{path}: unknown preset {manifest.model.preset!r}. Known: {', '.join(sorted(PRESETS))}.")
    for family, names in manifest.trained_outputs.items():
        unknown = set(names) - set(OUTPUTS[family])
        if unknown or not names:
            raise CheckpointError(
                f"{path}: trained outputs of {family} are {sorted(unknown) or 'empty'}, not among those declared. "
                "Restore it."
            )
    temperatures = manifest.temperatures
    if set(temperatures) != set(manifest.trained_outputs) or any(value <= 0 for value in temperatures.values()):
        raise CheckpointError(f"{path}: every trained family needs one positive temperature. Restore it.")
