"""The chunk store against ``np.savez_compressed``: size, write, read, random rows; what rounding costs.

    python benchmarks/chunks.py [--data ../shared/data] [--items 10460] [--vectors FILE.npz] [--json]

Vectors are those of real passages, spread over all shippable training texts, made by the shipped checkpoint; without
the data they are drawn (seeded, 768 numbers) and the output says so. Encoding takes a minute or two; ``--vectors``
keeps the result for the next run, which uses it only for the same texts and the same checkpoint.
Times are the shortest of five, both sides in turn on the same disk; the store's include checksums, flushing and its
cases, the archive's none of these. An archive must be read whole for any row of it.

Claims checked: at least 73 % saved against float32; recall@10 at least 0.98; a cold batch of random rows is faster.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from redheart_core.data.chunks.cases import Case, cases_sha256
from redheart_core.data.chunks.check import check_store
from redheart_core.data.chunks.codec import Floats
from redheart_core.data.chunks.identity import EncoderIdentity
from redheart_core.data.chunks.nearest import nearest_cases
from redheart_core.data.chunks.store import ChunkStore
from redheart_core.data.chunks.writer import ChunkWriter
from redheart_core.data.corpus import shippable_texts
from redheart_core.inference.embedding import PassageEncoder, open_encoder

DIMENSION = 768
REPEATS = 5
NUM_ROWS = 256
NUM_QUERIES, K = 1_000, 10
DRAWN = EncoderIdentity(name="drawn", checkpoint_sha256="0" * 64, dimension=DIMENSION, pooling="none")


@dataclass(frozen=True, slots=True, kw_only=True)
class Vectors:
    """What is stored, and where it comes from."""

    origin: str
    encoder: EncoderIdentity
    cases: tuple[Case, ...]
    vectors_ND: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """One thing measured on both sides, in the same unit."""

    store: float
    archive: float

    @property
    def ratio(self) -> float:
        """How many times smaller or faster the store is."""
        return self.archive / self.store


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--items", type=int, default=10_460)
    parser.add_argument("--vectors", type=Path, help="Where encoded vectors are kept.")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    made = real_vectors(arguments.data, arguments.items, arguments.vectors)
    with tempfile.TemporaryDirectory() as scratch:
        compared = compare(Path(scratch), made)
        facts = store_facts(Path(scratch) / "store", made)
    report = {"origin": made.origin, **facts}
    if arguments.json:
        rows = {name: asdict(row) | {"ratio": row.ratio} for name, row in compared.items()}
        print(json.dumps(report | {"compared": rows}, indent=2))
        return
    for name, value in report.items():
        print(f"{name}: {value}")
    for name, row in compared.items():
        print(f"{name}: store {row.store:,.2f}, archive {row.archive:,.2f}, {row.ratio:.1f} times")


def real_vectors(data_dir: Path, count: int, kept: Path | None) -> Vectors:
    """Encode real passages one at a time, or draw vectors where there is no data."""
    if not data_dir.is_dir():
        drawn_ND = np.random.default_rng(0).normal(size=(count, DIMENSION)).astype(np.float32)
        cases = tuple(Case(id=str(number), text="") for number in range(count))
        return Vectors(origin="drawn: no data", encoder=DRAWN, cases=cases, vectors_ND=drawn_ND)
    texts = shippable_texts(data_dir)
    chosen = texts[:: len(texts) // count][:count]
    encoder = open_encoder("compact")
    cases = tuple(Case(id=str(number), text=text) for number, text in enumerate(chosen))
    vectors_ND = encoded(encoder, cases, kept)
    origin = f"{len(chosen):,} of {len(texts):,} real passages, checkpoint {encoder.identity.checkpoint_sha256[:12]}"
    return Vectors(origin=origin, encoder=encoder.identity, cases=cases, vectors_ND=vectors_ND)


def encoded(encoder: PassageEncoder, cases: tuple[Case, ...], kept: Path | None) -> Floats:
    """Encode the cases, unless ``kept`` holds the vectors of just these cases by just this encoder."""
    key = np.array([encoder.identity.sha256, cases_sha256(cases)])
    if kept is not None and kept.is_file():
        with np.load(kept) as content:
            if np.array_equal(content["key"], key):
                found_ND: Floats = content["vectors"]
                return found_ND
    vectors_ND = np.stack([encoder.embed(case.text) for case in cases])
    if kept is not None:
        np.savez(kept, vectors=vectors_ND, key=key)
    return vectors_ND


def compare(scratch: Path, made: Vectors) -> dict[str, Comparison]:
    """Do the same on both sides, in turn."""
    folders = (scratch / f"store{number}" for number in range(REPEATS))
    archive = scratch / "archive.npz"
    wanted = np.random.default_rng(1).integers(0, len(made.cases), NUM_ROWS)
    written = in_turn(
        lambda: write(next(folders), made),
        lambda: np.savez_compressed(archive, vectors=made.vectors_ND),
    )
    store = (scratch / "store0").rename(scratch / "store")
    opened = ChunkStore(store)
    opened.vectors(wanted)
    every = np.arange(len(made.cases))
    vectors_only = check_store(store).num_vector_bytes
    return {
        "size of the vectors, MB": Comparison(store=vectors_only / 1e6, archive=archive.stat().st_size / 1e6),
        "write, ms": written,
        "read all, ms": in_turn(lambda: ChunkStore(store).vectors(every), lambda: load(archive)),
        f"{NUM_ROWS} random rows, just opened, ms": in_turn(
            lambda: ChunkStore(store).vectors(wanted), lambda: load(archive)[wanted]
        ),
        f"{NUM_ROWS} random rows, open before, ms": in_turn(
            lambda: opened.vectors(wanted), lambda: load(archive)[wanted]
        ),
        "one row, just opened, ms": in_turn(lambda: ChunkStore(store)[1234], lambda: load(archive)[1234]),
    }


def write(folder: Path, made: Vectors) -> None:
    """Write a store, as its users do."""
    ChunkWriter(folder, made.encoder).append(made.cases, made.vectors_ND)


def load(archive: Path) -> Floats:
    """Read an archive."""
    with np.load(archive) as content:
        vectors_ND: Floats = content["vectors"]
    return vectors_ND


def in_turn(store: Callable[[], object], archive: Callable[[], object]) -> Comparison:
    """Return the shortest times in milliseconds."""
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(REPEATS):
        for side, action in zip(times, (store, archive), strict=True):
            start = time.perf_counter()
            action()
            side.append(1e3 * (time.perf_counter() - start))
    return Comparison(store=min(times[0]), archive=min(times[1]))


def store_facts(folder: Path, made: Vectors) -> dict[str, float | int]:
    """Say what the store saves and what the rounding costs."""
    store = ChunkStore(folder)
    check = check_store(folder)
    stored_ND = store.vectors(range(len(store)))
    cosine_N = (unit(made.vectors_ND) * unit(stored_ND)).sum(axis=1)
    query_D = made.vectors_ND[0]
    search = in_turn(lambda: nearest_cases(store, query_D, K), lambda: search_in_memory(made.vectors_ND, query_D))
    return {
        "chunks": check.num_chunks,
        "saved_against_float32": round(1 - check.num_vector_bytes / made.vectors_ND.nbytes, 4),
        "file_megabytes_with_cases": round(check.num_bytes / 1e6, 2),
        "mean_cosine_error": float(f"{(1 - cosine_N).mean():.2e}"),
        "largest_cosine_error": float(f"{(1 - cosine_N).max():.2e}"),
        "recall_at_10": round(recall(made.vectors_ND, stored_ND), 4),
        "one_exact_search_ms": round(search.store, 1),
        "the_same_in_memory_in_float32_ms": round(search.archive, 1),
    }


def search_in_memory(vectors_ND: Floats, query_D: Floats) -> object:
    """Search vectors that lie in memory whole, for comparison."""
    return np.argsort(-(vectors_ND @ query_D) / np.linalg.norm(vectors_ND, axis=1))[:K]


def recall(vectors_ND: Floats, stored_ND: Floats) -> float:
    """Return the share of the ten nearest, by exact cosine, that rounding leaves among the ten nearest."""
    queries = np.random.default_rng(2).choice(len(vectors_ND), min(NUM_QUERIES, len(vectors_ND)), replace=False)
    query_QD, exact_ND, rounded_ND = unit(vectors_ND)[queries], unit(vectors_ND), unit(stored_ND)
    shared = 0
    for query_D in query_QD:
        exact, rounded = (set(np.argsort(-(rows @ query_D))[:K].tolist()) for rows in (exact_ND, rounded_ND))
        shared += len(exact & rounded)
    return shared / (K * len(queries))


def unit(vectors_ND: Floats) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """Return the rows at length one."""
    wide_ND = vectors_ND.astype(np.float64)
    return wide_ND / np.linalg.norm(wide_ND, axis=1, keepdims=True)


if __name__ == "__main__":
    main()
