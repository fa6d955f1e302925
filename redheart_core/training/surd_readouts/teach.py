"""The stage as a whole: a checkpoint goes in, one with other SURD readouts comes out, with its errors measured."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from redheart_core.errors import CheckpointError, DataError
from redheart_core.model.checkpoint import LoadedCheckpoint, load_checkpoint, save_checkpoint, tokenizer_path
from redheart_core.model.manifest import Manifest, Provenance
from redheart_core.model.ngrams import ngram_batch
from redheart_core.model.reader import ModelReader
from redheart_core.model.shards import STORED_DTYPES
from redheart_core.training.surd_readouts.decompositions import Decomposition, Decompositions
from redheart_core.training.surd_readouts.fit import TAUGHT, fit_readouts, put_readouts, readout_inputs
from redheart_core.training.surd_readouts.measure import TeachingReport, measured, table, verdict
from redheart_core.vocabulary.reading import OUTPUTS, Family

FEWEST_TEACHING, FEWEST_HELD_OUT = 20, 5
SECTION = "## SURD estimate"
_OLD_REFUSAL = re.compile(r",? and the SURD\s+estimate(?=\.)|,\s+the SURD estimate(?=,)")
NUM_PROBES = 12
DATA_NAME = "surd_decompositions.jsonl"
"""What the decompositions are called among the files that the weights were trained on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taught:
    """What was written."""

    manifest: Manifest
    sha256: str
    """Of the new checkpoint."""
    report: TeachingReport
    same_checkpoint: bool
    """Whether the decompositions are of the scores of the very checkpoint that was taught."""


def teach(
    source: Path, target: Path, decompositions: Decompositions, texts: Mapping[str, str], *, command: str
) -> Taught:
    """Teach a checkpoint and write it elsewhere.

    Args:
        source: Folder of the trained checkpoint.
        target: Folder of the new one.
        decompositions: What was really computed.
        texts: The texts by their hash.
        command: How to do this again; told in the new checkpoint.

    Raises:
        CheckpointError: A checkpoint cannot be read or written, or the new one differs elsewhere than it may.
        DataError: A text is missing, or there are too few.
    """
    checkpoint = load_checkpoint(source)
    dtype = STORED_DTYPES[checkpoint.manifest.stored_dtype]
    before = {name: tensor.clone() for name, tensor in checkpoint.model.state_dict().items()}
    teaching, held_out = _sides(decompositions.rows, texts)
    probes = [texts[row.sha256] for row in (*held_out, *teaching)][:NUM_PROBES]
    outputs_before = _logits(checkpoint, probes)
    inputs = readout_inputs(checkpoint, [texts[row.sha256] for row in teaching])
    wanted_BQ = torch.tensor([row.shares for row in teaching], dtype=torch.float64)
    readouts = fit_readouts(inputs, wanted_BQ, [int(row.sha256[:8], 16) for row in teaching])
    put_readouts(checkpoint.model, readouts)
    _round(checkpoint, dtype)
    told = _manifest(checkpoint.manifest, decompositions, command)
    report = _measured(replace(checkpoint, manifest=told), held_out, texts, wanted_BQ, readouts.penalty)
    same = decompositions.heading.checkpoint_sha256 == checkpoint.sha256
    save_checkpoint(
        target,
        model=checkpoint.model,
        tokenizer_file=tokenizer_path(source, checkpoint.manifest),
        manifest=told,
        card=card_with_surd(_card(source, checkpoint.manifest), report, decompositions, same_checkpoint=same),
        dtype=dtype,
        ngrams=checkpoint.tokenizer.ngrams,
    )
    written = load_checkpoint(target)
    require_rest_unchanged(before, written.model.state_dict())
    _require_outputs_unchanged(outputs_before, _logits(written, probes))
    return Taught(manifest=written.manifest, sha256=written.sha256, report=report, same_checkpoint=same)


def require_rest_unchanged(before: Mapping[str, Tensor], after: Mapping[str, Tensor]) -> None:
    """Refuse weights that differ anywhere but in the readouts.

    Raises:
        CheckpointError: Names the tensors that differ.
    """
    names = set(before) | set(after)
    moved = sorted(
        name
        for name in names - set(TAUGHT)
        if name not in before or name not in after or not torch.equal(before[name], after[name])
    )
    if moved:
        raise CheckpointError(
            f"{len(moved)} tensors outside the SURD readouts changed ({', '.join(moved[:3])}). Nothing else may move: "
            "do not use the new checkpoint, and teach the original again."
        )


def card_with_surd(card: str, report: TeachingReport, decompositions: Decompositions, *, same_checkpoint: bool) -> str:
    """Return a card with the section on the SURD estimate, in the place of an older one or before the training."""
    section = _section(report, decompositions, same_checkpoint=same_checkpoint)
    kept = re.sub(rf"{SECTION}\n.*?(?=\n## |\Z)", "", card, flags=re.DOTALL)
    kept = _OLD_REFUSAL.sub("", kept)
    before, mark, after = kept.partition("\n## Training\n")
    return f"{before.rstrip()}\n\n{section}\n{mark}{after}" if mark else f"{kept.rstrip()}\n\n{section}\n"


def _sides(
    rows: Sequence[Decomposition], texts: Mapping[str, str]
) -> tuple[tuple[Decomposition, ...], tuple[Decomposition, ...]]:
    missing = [row for row in rows if row.sha256 not in texts]
    if missing:
        raise DataError(
            f"{len(missing)} of {len(rows)} decomposed texts are not in the data, the first is row {missing[0].row} of "
            f"{missing[0].source}. Use the data and presets that were decomposed, or decompose again."
        )
    teaching = tuple(row for row in rows if not row.is_held_out)
    held_out = tuple(row for row in rows if row.is_held_out)
    if len(teaching) < FEWEST_TEACHING or len(held_out) < FEWEST_HELD_OUT:
        raise DataError(
            f"{len(teaching)} texts to teach and {len(held_out)} held out; at least {FEWEST_TEACHING} and "
            f"{FEWEST_HELD_OUT} are needed. Decompose more."
        )
    return teaching, held_out


def _logits(checkpoint: LoadedCheckpoint, texts: Sequence[str]) -> list[dict[Family, Tensor]]:
    """Return the logits of all other families, text by text."""
    model, tokenizer = checkpoint.model, checkpoint.tokenizer
    found = []
    for text in texts:
        encoding = tokenizer.encode(text, max_tokens=model.config.max_tokens)
        ngrams = None if encoding.ngrams is None else ngram_batch([encoding.ngrams])
        with torch.inference_mode():
            mask_BT = torch.ones(1, len(encoding.ids), dtype=torch.bool)
            said = model(torch.tensor([encoding.ids]), mask_BT, torch.tensor([encoding.segments]), ngrams)
        found.append({family: logits for family, logits in said.logits.items() if family is not Family.SURD})
    return found


def _require_outputs_unchanged(before: Sequence[dict[Family, Tensor]], after: Sequence[dict[Family, Tensor]]) -> None:
    for one, other in zip(before, after, strict=True):
        moved = [family.value for family in one if not torch.equal(one[family], other[family])]
        if moved:
            raise CheckpointError(
                f"The outputs of {', '.join(moved)} changed by teaching the SURD readouts. Do not use the new "
                "checkpoint, and teach the original again."
            )


def _round(checkpoint: LoadedCheckpoint, dtype: torch.dtype) -> None:
    """Bring the fitted weights to the precision in which they are stored, so that what is measured is what ships."""
    parameters = dict(checkpoint.model.named_parameters())
    with torch.no_grad():
        for name in TAUGHT:
            parameters[name].copy_(parameters[name].to(dtype).to(parameters[name].dtype))


def _measured(
    checkpoint: LoadedCheckpoint,
    held_out: Sequence[Decomposition],
    texts: Mapping[str, str],
    teaching_BQ: Tensor,
    penalty: float,
) -> TeachingReport:
    """Read the held-out texts as any text is read."""
    reader = ModelReader(checkpoint)
    said = [reader.read(texts[row.sha256]).families[Family.SURD].values for row in held_out]
    nothing = (float("nan"),) * len(OUTPUTS[Family.SURD])
    return measured(
        np.array([[one[name] for name in OUTPUTS[Family.SURD]] for one in said]),
        np.array([row.shares for row in held_out]),
        np.array([row.repeated or nothing for row in held_out]),
        means_Q=teaching_BQ.mean(dim=0).numpy(),
        num_teaching=len(teaching_BQ),
        penalty=penalty,
    )


def _manifest(manifest: Manifest, decompositions: Decompositions, command: str) -> Manifest:
    origin = manifest.provenance
    first = origin.command.split("; then redheart surd teach", 1)[0]
    return replace(
        manifest,
        trained_outputs={**manifest.trained_outputs, Family.SURD: OUTPUTS[Family.SURD]},
        temperatures={**manifest.temperatures, Family.SURD: 1.0},
        provenance=Provenance(
            command=f"{first}; then {command}",
            seed=origin.seed,
            steps=origin.steps,
            data_sha256={**origin.data_sha256, DATA_NAME: decompositions.sha256},
        ),
    )


def _card(source: Path, manifest: Manifest) -> str:
    path = source / manifest.card
    try:
        return path.read_text(encoding="utf-8")
    except OSError as problem:
        raise CheckpointError(f"{path}: cannot be read ({problem.strerror}). Restore the model card.") from problem


def _section(report: TeachingReport, decompositions: Decompositions, *, same_checkpoint: bool) -> str:
    heading = decompositions.heading
    of = "this checkpoint's network before this stage" if same_checkpoint else "another checkpoint"
    sources = sorted({(row.source, row.licence) for row in decompositions.rows})
    named = ", ".join(f"{source} ({licence})" for source, licence in sources)
    means = ", ".join(f"{name} {mean:.3f}" for name, mean in zip(OUTPUTS[Family.SURD], report.means, strict=True))
    return "\n".join(
        [
            SECTION,
            "",
            f"**{verdict(report)}**",
            "",
            "The four outputs estimate, from one reading of a text that stands alone, what a decomposition over an "
            "ensemble of variants of that text gives. They are no property of the text and no measurement; whoever "
            "needs the numbers draws the ensemble (`redheart surd --passage TEXT`). They need not add up to one.",
            "",
            f"Computed: {len(decompositions.rows)} texts ({heading.num_degenerate} more had nothing to decompose) of "
            f"{named}, by the scores of {of} (`{heading.checkpoint_sha256[:12]}`): {heading.estimator}. File of "
            f"decompositions: SHA-256 `{decompositions.sha256}`.",
            "",
            f"Taught on {report.num_teaching} texts and measured on {report.num_held_out} others; the constant says "
            f"{means} for every text. Errors are shares of the target's entropy:",
            "",
            table(report.errors),
            "",
            "Only the readouts of the SURD head and analyser were fitted (logistic regression, penalty "
            f"{report.penalty:g} chosen by cross-validation). Their inner layers feed the bridge and stayed, like "
            "every other weight that feeds another output: all other outputs are the same to the last bit. The "
            "auxiliary modules' correction of the four outputs was never learned and is silenced.",
        ]
    )
