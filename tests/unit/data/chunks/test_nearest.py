"""Nearest cases against the definition."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from redheart_core.data.chunks.cases import Case
from redheart_core.data.chunks.nearest import nearest_cases
from redheart_core.data.chunks.store import ChunkStore
from redheart_core.errors import DataError
from tests.chunk_stores import DIMENSION, vectors, write_store, writer


def test_the_search_is_exact_over_what_is_stored(tmp_path: Path) -> None:
    write_store(tmp_path)
    store = ChunkStore(tmp_path)
    stored = np.stack(list(store)).astype(np.float64)
    for query in vectors(5, seed=9):
        cosine = stored @ query / np.linalg.norm(stored, axis=1) / np.linalg.norm(query)
        expected = np.argsort(-cosine)[:12]
        found = nearest_cases(store, query, 12)
        assert [case.index for case in found] == expected.tolist()
        assert [case.similarity for case in found] == pytest.approx(cosine[expected], abs=1e-6)
        assert [case.id for case in found] == [f"id{index:04d}" for index in expected]


def test_a_stored_case_is_nearest_to_itself(tmp_path: Path) -> None:
    made = write_store(tmp_path)
    store = ChunkStore(tmp_path)
    assert [nearest_cases(store, vector, 1)[0].index for vector in made] == list(range(46))


def test_ties_go_to_the_smaller_id_wherever_they_lie(tmp_path: Path) -> None:
    ids = [f"{(n * 17) % 46:02d}" for n in range(46)]
    same = np.tile(vectors(1), (46, 1)) * np.linspace(1, 3, 46, dtype=np.float32)[:, None]
    writer(tmp_path).append([Case(id=name, text=name) for name in ids], same)
    found = nearest_cases(ChunkStore(tmp_path), same[0], 7)
    assert [case.id for case in found] == [f"{n:02d}" for n in range(7)]
    assert len({case.similarity for case in found}) == 1


def test_more_than_there_is_gives_all_and_a_zero_vector_is_unlike_everything(tmp_path: Path) -> None:
    made = vectors(12)
    made[3] = 0
    writer(tmp_path).append([Case(id=str(n), text="x") for n in range(12)], made)
    found = nearest_cases(ChunkStore(tmp_path), made[0], 50)
    assert len(found) == 12
    assert next(case.similarity for case in found if case.index == 3) == 0.0


def test_vectors_without_direction_or_of_another_dimension_are_refused(tmp_path: Path) -> None:
    write_store(tmp_path)
    store = ChunkStore(tmp_path)
    with pytest.raises(DataError, match=r"shape .23,. cannot be compared with vectors of dimension 24"):
        nearest_cases(store, np.ones(DIMENSION - 1, dtype=np.float32))
    for bad in (0.0, np.nan, np.inf):
        with pytest.raises(DataError, match="no direction"):
            nearest_cases(store, np.full(DIMENSION, bad, dtype=np.float32))
