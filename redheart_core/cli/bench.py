"""``redheart bench``: how fast and how large a model is on this machine, every precision in one run."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
import torch

from redheart_core.cli.shared import print_json, reader_language, reported_errors
from redheart_core.inference.shipped import shipped_folder
from redheart_core.inference.speed import SpeedRow, SpeedSettings, Variant, measure_speed, paired_ratio
from redheart_core.inference.untrained import write_untrained_checkpoint
from redheart_core.measurements import Scalar, save_measurement
from redheart_core.model.presets import preset
from redheart_core.runtime.devices import choose_device

SEED = 0


@click.command()
@click.option("--preset", "name", default="compact", show_default=True, help="Preset; untrained where none ships.")
@click.option("--tokens", default=64, show_default=True, type=click.IntRange(min=8), help="Length of the passage.")
@click.option("--rounds", default=9, show_default=True, type=click.IntRange(min=3), help="Timed calls of each variant.")
@click.option("--threads", default=None, type=click.IntRange(min=1), help="Per process; all cores when left out.")
@click.option("--device", default="cpu", show_default=True, help="cpu, or a CUDA device such as cuda:0.")
@click.option("--batch", default=None, type=click.IntRange(min=1), help="Also time this many passages at once.")
@click.option("--save", "save_path", default=None, type=click.Path(path_type=Path), help="Also record the result here.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def bench(
    name: str,
    tokens: int,
    rounds: int,
    threads: int | None,
    device: str,
    batch: int | None,
    save_path: Path | None,
    as_json: bool,
) -> None:
    """Time one reading in every precision, and a plain transformer encoder of the same size, in turns."""
    with reported_errors(reader_language(None), as_json=as_json), _checkpoint(name) as directory:
        settings = SpeedSettings(
            directory=directory,
            num_tokens=tokens,
            rounds=rounds,
            num_threads=threads or torch.get_num_threads(),
            device=choose_device(device).name,
            batch=batch,
        )
        rows = measure_speed(tuple(Variant), settings, tell=lambda text: click.echo(text, err=True))
    facts = _facts(name, settings, rows)
    records = [_json(row) for row in rows]
    if save_path is not None:
        command = f"redheart bench --preset {name} --tokens {tokens} --rounds {rounds} --device {device}"
        command += f" --batch {batch}" if batch else ""
        save_measurement(save_path, command=command, torch_version=torch.__version__, rows=records, facts=facts)
    if as_json:
        print_json({"facts": facts, "rows": records})
    else:
        click.echo("\n".join([*map(_line, rows), *(f"{key}: {value}" for key, value in facts.items())]))


@contextmanager
def _checkpoint(name: str) -> Iterator[Path]:
    """Give the shipped checkpoint, or an untrained one of the preset that is deleted afterwards."""
    shipped = shipped_folder(name)
    if shipped.is_dir():
        yield shipped
        return
    with tempfile.TemporaryDirectory() as scratch:
        directory = Path(scratch) / name
        write_untrained_checkpoint(directory, preset(name), seed=SEED, dtype=torch.bfloat16)
        yield directory


def _facts(name: str, settings: SpeedSettings, rows: tuple[SpeedRow, ...]) -> dict[str, Scalar]:
    by_variant = {row.variant: row for row in rows}
    fp32, bf16 = by_variant[Variant.FP32], by_variant[Variant.BF16]
    int8, plain = by_variant[Variant.INT8], by_variant[Variant.PLAIN]
    return {
        "preset": name,
        "tokens": settings.num_tokens,
        "rounds": settings.rounds,
        "threads": settings.num_threads,
        "device": settings.device,
        "bf16_answer_ms": bf16.answer_ms,
        "bf16_over_fp32_forward": paired_ratio(fp32, bf16),
        "bf16_over_fp32_answer": paired_ratio(fp32, bf16, answer=True),
        "int8_over_bf16_forward": paired_ratio(bf16, int8),
        "int8_over_bf16_answer": paired_ratio(bf16, int8, answer=True),
        "bf16_over_plain_forward": paired_ratio(plain, bf16),
        "bf16_resident_share": bf16.resident_share,
    }


def _json(row: SpeedRow) -> dict[str, Scalar]:
    content: dict[str, Scalar] = {
        "variant": row.variant.value,
        "parameters": row.load.parameters,
        "weight_bytes": row.load.weight_bytes,
        "load_s": row.load.load_s,
        "resident_bytes": row.load.resident_bytes,
        "resident_share": row.resident_share,
    }
    if row.throughput is not None:
        content |= {
            "batch": row.throughput.batch,
            "passages_per_s": row.throughput.passages_per_s,
            "peak_bytes": row.throughput.peak_bytes,
        }
    for kind in ("forward_ms", "answer_ms"):
        values = [value for timed in row.passes if (value := getattr(timed, kind)) is not None]
        content |= {
            kind: getattr(row, kind),
            f"{kind}_low": min(values, default=None),
            f"{kind}_high": max(values, default=None),
        }
    return content


def _line(row: SpeedRow) -> str:
    answer = "        –" if row.answer_ms is None else f"{row.answer_ms:7.0f} ms"
    return (
        f"{row.variant.value:<33} forward {row.forward_ms:7.0f} ms  reading {answer}  "
        f"weights {row.load.weight_bytes / 1e9:5.2f} GB  resident x{row.resident_share:.2f}  "
        f"load {row.load.load_s:.1f} s"
    )
