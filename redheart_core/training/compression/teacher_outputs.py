"""What a teacher said about a set of passages, kept in a file so that it need not be in memory while a student learns.

Dimensions: N passages, D the teacher's width, C outputs of a family.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from redheart_core.errors import CheckpointError
from redheart_core.text.tokenizer import Encoding
from redheart_core.vocabulary.reading import Family

HIDDEN = "hidden_ND"
TEACHER, PASSAGES = "teacher_sha256", "passages_sha256"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TeacherOutputs:
    """Logits and pooled states of a teacher, one row per passage."""

    teacher_sha256: str
    passages_sha256: str
    logits: Mapping[Family, Tensor]
    """(N, C), before any temperature."""
    hidden_ND: Tensor
    """Mean of the sequence states."""


def passages_sha256(encodings: Sequence[Encoding]) -> str:
    """Return the hash of the passages as the model sees them, their order included."""
    digest = hashlib.sha256()
    for encoding in encodings:
        digest.update(repr((encoding.ids, encoding.segments)).encode())
    return digest.hexdigest()


def save_outputs(path: Path, outputs: TeacherOutputs) -> None:
    """Write the file; a half-written one never takes the place of an old one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    tensors = {family.value: logits.contiguous() for family, logits in outputs.logits.items()}
    hidden = outputs.hidden_ND.to(torch.float16).contiguous()
    unfinished = path.with_name(f"{path.name}.unfinished")
    metadata = {TEACHER: outputs.teacher_sha256, PASSAGES: outputs.passages_sha256}
    save_file(tensors | {HIDDEN: hidden}, unfinished, metadata=metadata)
    unfinished.replace(path)


def load_outputs(path: Path, *, teacher_sha256: str, passages_sha256: str) -> TeacherOutputs:
    """Read the file.

    Raises:
        CheckpointError: It cannot be read, or is about another teacher or other passages.
    """
    try:
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata() or {}
            tensors = {name: file.get_tensor(name).float() for name in file.keys()}  # noqa: SIM118  not a dict
    except (OSError, SafetensorError) as error:
        raise CheckpointError(
            f"{path}: cannot be read ({error}). Delete it, and the teacher is asked again."
        ) from error
    wanted = {TEACHER: teacher_sha256, PASSAGES: passages_sha256}
    differing = [name for name, value in wanted.items() if metadata.get(name) != value]
    if differing:
        raise CheckpointError(
            f"{path}: kept for another run ({', '.join(differing)} differs). Delete it, and the teacher is asked again."
        )
    hidden_ND = tensors.pop(HIDDEN)
    logits = {Family(name): values for name, values in tensors.items()}
    return TeacherOutputs(
        teacher_sha256=teacher_sha256, passages_sha256=passages_sha256, logits=logits, hidden_ND=hidden_ND
    )
