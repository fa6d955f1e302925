"""``config.json`` of a checkpoint: what the weights are, what they were trained for, and on what."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from redheart_core.errors import CheckpointError, ConfigError
from redheart_core.model.config import ModelConfig
from redheart_core.model.presets import PRESETS
from redheart_core.model.shards import STORED_DTYPES, StoredFile
from redheart_core.vocabulary.reading import OUTPUTS, Family

FORMAT_VERSION = 2


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
    trained_outputs: Mapping[Family, tuple[str, ...]]
    """Outputs with trained weights, by family. A family that is missing here is refused, never guessed."""
    temperatures: Mapping[Family, float]
    """Divisor of the logits, by trained family; fitted on development data."""
    provenance: Provenance
    stored_dtype: str = "float16"
    """Type of the numbers in the weight files; one of ``STORED_DTYPES``."""
    card: str = ""
    """Name of the model card's file. Its words may be corrected without another identity of the checkpoint."""
    tokenizer: StoredFile | None = None
    """Absent only before the first save."""
    shards: tuple[StoredFile, ...] = ()
    ngrams: StoredFile | None = None
    """List of the n-grams that the linear part knows; absent where the model has none."""
    thresholds: Mapping[Family, tuple[float, ...]] = field(default_factory=dict)
    """Score from which an output counts as said, by family and in the order of its outputs; fitted on development
    data. One half where a family is missing."""

    @property
    def file_names(self) -> frozenset[str]:
        """Names of all files that the checkpoint consists of, beside the manifest itself."""
        files = (*self.shards, *(file for file in (self.tokenizer, self.ngrams) if file))
        return frozenset({file.name for file in files} | ({self.card} if self.card else set()))

    def with_files(
        self,
        *,
        stored_dtype: str,
        shards: tuple[StoredFile, ...],
        tokenizer: StoredFile,
        ngrams: StoredFile | None,
        card: str,
    ) -> Manifest:
        """Return a copy that names these files."""
        return replace(self, stored_dtype=stored_dtype, shards=shards, tokenizer=tokenizer, ngrams=ngrams, card=card)


def render_manifest(manifest: Manifest) -> str:
    """Return the JSON text, the same for the same content."""
    return json.dumps(asdict(manifest), ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def parse_manifest(path: Path, content: bytes) -> Manifest:
    """Read and check the JSON text.

    Raises:
        CheckpointError: It is malformed, of another format, or names an unknown preset or output.
    """
    _check_version(path, content)
    try:
        manifest = TypeAdapter(Manifest).validate_json(content, strict=False, extra="forbid")
    except (ValidationError, ConfigError) as error:
        problem = " ".join(str(error).split())[:200]
        raise CheckpointError(f"{path}: not a valid checkpoint configuration: {problem}. Restore it.") from error
    _check(path, manifest)
    return manifest


def _check_version(path: Path, content: bytes) -> None:
    """Look at the version first: the rest of another version would only be a list of surprises."""
    try:
        version = json.loads(content)["format_version"]
    except (ValueError, KeyError, TypeError) as error:
        raise CheckpointError(f"{path}: not a valid checkpoint configuration. Restore it.") from error
    if version != FORMAT_VERSION:
        raise CheckpointError(
            f"{path}: format version {version!r}, this program reads {FORMAT_VERSION}. Train again, or use the release "
            "that wrote it."
        )


def _check(path: Path, manifest: Manifest) -> None:
    if not manifest.shards or manifest.tokenizer is None or manifest.stored_dtype not in STORED_DTYPES:
        raise CheckpointError(
            f"{path}: it must name shards, a tokenizer and a stored_dtype out of {', '.join(STORED_DTYPES)}. "
            "Restore it."
        )
    if Path(manifest.card).name != manifest.card:
        raise CheckpointError(f"{path}: {manifest.card!r} is not a plain file name. Restore it.")
    if manifest.model.preset not in PRESETS:
        raise CheckpointError(f"{path}: unknown preset {manifest.model.preset!r}. Known: {', '.join(sorted(PRESETS))}.")
    for family, names in manifest.trained_outputs.items():
        unknown = set(names) - set(OUTPUTS[family])
        if unknown or not names or family not in manifest.model.families:
            raise CheckpointError(
                f"{path}: trained outputs of {family} are {sorted(unknown) or 'empty'}, not among those declared. "
                "Restore it."
            )
    if (manifest.model.ngrams is None) != (manifest.ngrams is None):
        raise CheckpointError(f"{path}: a linear part and its list of n-grams belong together. Restore it.")
    for family, thresholds in manifest.thresholds.items():
        if len(thresholds) != len(OUTPUTS[family]) or not all(0 < value < 1 for value in thresholds):
            raise CheckpointError(f"{path}: {family} needs one threshold between 0 and 1 per output. Restore it.")
    temperatures = manifest.temperatures
    if set(temperatures) != set(manifest.trained_outputs) or any(value <= 0 for value in temperatures.values()):
        raise CheckpointError(f"{path}: every trained family needs one positive temperature. Restore it.")
