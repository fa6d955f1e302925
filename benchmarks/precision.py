"""How far bfloat16 and int8 move the answers of float32.

    python benchmarks/precision.py [--model compact | --preset full --seed 0] [--json]
        [--data ../shared/data] [--output FILE]

Texts: 500 real ones, 250 English (GoEmotions, development part) and 250 Korean (KOTE), spread evenly over their files,
each read alone. Dilemmas, for a trained checkpoint: 250 pairs of Moral Stories (development part). A preset is built
untrained from a seed; then all families are compared and there are no recommendations. Batch invariance is measured
in every precision on 64 of the texts: alone against padded in batches of eight.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TypeVar

import torch

from redheart_core import Dilemma, Option, RedHeart, load_model
from redheart_core.data.emotions import read_goemotions, read_kote
from redheart_core.data.stories import read_moral_stories
from redheart_core.inference import precision_study as study
from redheart_core.inference.leased import LeasedReader
from redheart_core.inference.shipped import checkpoint_folder
from redheart_core.measurements import Scalar, save_measurement
from redheart_core.model.checkpoint import load_checkpoint
from redheart_core.model.network import RedHeartModel
from redheart_core.model.presets import preset
from redheart_core.runtime.precision import Precision, cast
from redheart_core.text.tokenizer import Encoding, Tokenizer

Item = TypeVar("Item")
NUM_TEXTS, NUM_DILEMMAS, NUM_BATCHED = 500, 250, 64


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Measured:
    """What one precision answered."""

    outputs: study.Outputs
    judgements: tuple[study.Judgement, ...]
    batch_difference: float


def main() -> None:
    """Measure and print."""
    arguments = _arguments()
    torch.set_num_threads(arguments.threads)
    texts, dilemmas = real_texts(arguments.data), real_dilemmas(arguments.data)
    measured = {}
    for precision in Precision:
        measured[precision] = (
            measure_untrained(arguments.preset, arguments.seed, precision, texts)
            if arguments.preset
            else measure_trained(arguments.model, precision, texts, dilemmas)
        )
        print(f"{precision.value} done", file=sys.stderr)
    rows, facts = _rows(measured), _facts(measured, arguments)
    if arguments.output:
        command = "python benchmarks/precision.py " + (
            f"--preset {arguments.preset} --seed {arguments.seed}" if arguments.preset else f"--model {arguments.model}"
        )
        notes = _notes(arguments.preset)
        save_measurement(
            arguments.output, command=command, torch_version=torch.__version__, rows=rows, facts=facts, notes=notes
        )
    if arguments.json:
        print(json.dumps({"facts": facts, "rows": rows}, indent=1))
        return
    for row in rows:
        print("  ".join(f"{name} {value}" for name, value in row.items()))
    print("\n".join(f"{name}: {value}" for name, value in facts.items()))


def real_texts(data: Path) -> tuple[str, ...]:
    """Return as many English as Korean comments, spread over their files."""
    english = [row.text for row in read_goemotions(data, language="en", part="dev")]
    korean = [row.text for row in read_kote(data)]
    return (*_spread(english, NUM_TEXTS // 2), *_spread(korean, NUM_TEXTS // 2))


def real_dilemmas(data: Path) -> tuple[Dilemma, ...]:
    """Return situations with a moral and an immoral action."""
    stories = _spread(read_moral_stories(data, part="dev").rows, NUM_DILEMMAS)
    return tuple(
        Dilemma(situation=story.situation, options=(Option(name=story.moral_action), Option(name=story.immoral_action)))
        for story in stories
    )


def measure_trained(name: str, precision: Precision, texts: Sequence[str], dilemmas: Sequence[Dilemma]) -> Measured:
    """Read texts and dilemmas with a checkpoint's trained outputs."""
    system = load_model(name, precision=precision)
    checkpoint = _reader(system).checkpoint
    manifest = checkpoint.manifest
    wanted = study.ReadOutputs(names=manifest.trained_outputs, temperatures=manifest.temperatures)
    encodings = study.encode_all(checkpoint.tokenizer, texts, max_tokens=manifest.model.max_tokens)
    return _measured(checkpoint.model, encodings, wanted, study.judge(system, dilemmas))


def measure_untrained(name: str, seed: int, precision: Precision, texts: Sequence[str]) -> Measured:
    """Read texts with all outputs of a preset whose weights are random."""
    torch.manual_seed(seed)
    # Without the optimisation systems, which no text reaches.
    model = RedHeartModel(replace(preset(name), optimization=None)).requires_grad_(False).eval()
    for parameter in model.parameters():
        # Encoder layers start as the identity; a comparison that they take no part in would flatter.
        if parameter.dim() == 2 and not parameter.any():
            parameter.normal_(std=1 / parameter.shape[1] ** 0.5)
    cast(model, precision)
    tokenizer = _tokenizer()
    if tokenizer.vocabulary_size > model.config.vocabulary_size:
        raise SystemExit(f"The preset {name} has too few entries for real tokens ({model.config.vocabulary_size}).")
    encodings = study.encode_all(tokenizer, texts, max_tokens=model.config.max_tokens)
    return _measured(model, encodings, study.ReadOutputs.everything(), ())


def _measured(
    model: RedHeartModel,
    encodings: Sequence[Encoding],
    wanted: study.ReadOutputs,
    judgements: tuple[study.Judgement, ...],
) -> Measured:
    return Measured(
        outputs=study.read_outputs(model, encodings, wanted),
        judgements=judgements,
        batch_difference=study.batch_difference(model, _spread(encodings, NUM_BATCHED), wanted),
    )


def _rows(measured: Mapping[Precision, Measured]) -> list[dict[str, Scalar]]:
    reference = measured[Precision.FP32]
    rows: list[dict[str, Scalar]] = []
    for precision, found in measured.items():
        if precision is Precision.FP32:
            continue
        rows += [
            _row(precision, difference.family.value, difference)
            for difference in study.compare_outputs(reference.outputs, found.outputs)
        ]
        if found.judgements:
            moved = study.compare_judgements(reference.judgements, found.judgements)
            rows.append(_row(precision, "ethical_score", moved))
    return rows


def _row(
    precision: Precision, family: str, difference: study.FamilyDifference | study.JudgementDifference
) -> dict[str, Scalar]:
    return {
        "precision": precision.value,
        "family": family,
        "mean_difference": _rounded(difference.mean),
        "max_difference": _rounded(difference.largest),
        "rank_correlation": _rounded(difference.rank_correlation),
    }


def _facts(measured: Mapping[Precision, Measured], arguments: argparse.Namespace) -> dict[str, Scalar]:
    reference = measured[Precision.FP32]
    facts: dict[str, Scalar] = {"texts": NUM_TEXTS, "threads": arguments.threads, "trained": not arguments.preset}
    if arguments.preset:
        facts["seed"] = arguments.seed
    else:
        facts["checkpoint"] = load_checkpoint(checkpoint_folder(arguments.model)).sha256
    for precision, found in measured.items():
        facts[f"{precision.value}_batch_difference"] = _rounded(found.batch_difference)
        if precision is not Precision.FP32 and found.judgements:
            moved = asdict(study.compare_judgements(reference.judgements, found.judgements))
            facts["dilemmas"] = moved["num_dilemmas"]
            facts[f"{precision.value}_flipped_share"] = moved["changed_share"]
            facts[f"{precision.value}_reversed_share"] = moved["reversed_share"]
    return facts


def _notes(untrained: str | None) -> list[str]:
    notes = [
        "Differences are from float32, in the units of each output; rank correlation is Spearman's, over the texts.",
        "batch_difference: the largest change of an output between a text alone and padded in a batch of eight.",
    ]
    if untrained:
        return [*notes, "Untrained: random weights from the seed, so outputs are near their neutral value."]
    return [*notes, "flipped: another option, or none instead of one, is recommended; reversed: the other option is."]


def _reader(system: RedHeart) -> LeasedReader:
    if not isinstance(system.reader, LeasedReader):
        raise SystemExit("The rules have no precision: give a checkpoint.")
    return system.reader


def _tokenizer() -> Tokenizer:
    return _reader(load_model("compact")).checkpoint.tokenizer


def _rounded(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.6g}")


def _spread(items: Sequence[Item], count: int) -> list[Item]:
    return [items[index * len(items) // count] for index in range(count)]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="compact")
    parser.add_argument("--preset", help="Build this preset untrained, instead of loading a checkpoint.")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--output", type=Path, help="Write the measurement there as well.")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    main()
