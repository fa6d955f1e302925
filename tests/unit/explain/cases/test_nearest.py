"""Similar cases with labels: a planted copy comes first, stores without labels stay readable."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from redheart_core.data.chunks.cases import Case, cases_sha256, pack_cases, unpack_cases
from redheart_core.data.chunks.source import read_cases
from redheart_core.data.chunks.store import ChunkStore
from redheart_core.errors import DataError
from redheart_core.explain.cases.nearest import LabelCount, similar_among, similar_cases
from redheart_core.inference.chunk_build import BuildRequest, build_chunks
from redheart_core.inference.embedding import open_encoder
from tests.checkpoints import SENTENCES, make_tiny_checkpoint


def test_a_planted_copy_is_found_first_with_its_label(tmp_path: Path) -> None:
    model, source = make_tiny_checkpoint(tmp_path / "model"), tmp_path / "cases.jsonl"
    labels = ["wrong", "fine", "fine", None, ["sadness", "fatigue"], "fine", True, 4.5]
    rows = [
        {"id": f"case-{n}", "text": t} | ({"label": a} if a else {})
        for n, (t, a) in enumerate(zip(SENTENCES, labels, strict=True))
    ]
    source.write_text("\n".join(map(json.dumps, rows)))
    store_folder = tmp_path / "store"
    build_chunks(BuildRequest(source=source, directory=store_folder, model=str(model)), on_chunk=lambda *_: None)
    encoder = open_encoder(str(model))
    store = ChunkStore(store_folder, encoder=encoder.identity)
    for n, shown in ((4, "sadness, fatigue"), (6, "true"), (7, "4.5"), (3, "")):
        found = similar_cases(store, encoder, text=SENTENCES[n], count=3)
        assert (found.cases[0].id, found.cases[0].label) == (f"case-{n}", shown)
        assert found.cases[0].similarity > 0.999
    everything = similar_cases(store, encoder, text=SENTENCES[0], count=100)
    assert everything.num_items == len(SENTENCES)
    assert everything.labels[0] == LabelCount(label="fine", count=3)
    assert sum(label.count for label in everything.labels) == 7


def test_cases_without_labels_are_packed_as_they_were_before_labels() -> None:
    plain = [Case(id="a", text="하나"), Case(id="b", text="two")]
    assert unpack_cases(pack_cases(plain)) == tuple(plain)
    # The hash of the two-element lines that stores held before cases had labels.
    assert cases_sha256(plain) == "98def9ff95284b2956c7647b6e6ae1ed94d9b79deea2b5fe22dbbc0174e02934"
    labelled = [Case(id="a", text="하나", label="옳음"), plain[1]]
    assert unpack_cases(pack_cases(labelled)) == tuple(labelled)
    assert cases_sha256(labelled) != cases_sha256(plain)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"text": "one", "label": {"a": 1}}, "row 1: a label that is neither"),
        ({"text": "one", "label": [["a"]]}, "row 1: a label that is neither"),
        ({"text": "one", "label": "x" * 1_001}, "row 1: a label of 1,001 characters"),
        ({"text": "one", "label": "\x07"}, "row 1: The label contains control characters"),
    ],
)
def test_labels_that_cannot_be_shown_are_named(tmp_path: Path, row: dict[str, object], message: str) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps(row))
    with pytest.raises(DataError, match=message):
        list(read_cases(path))


def test_csv_has_labels_too(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("text,label\none,yes\ntwo,\n")
    assert [case.label for case in read_cases(path)] == ["yes", ""]


def test_among_a_few_cases_a_copy_is_first_and_the_order_is_that_of_a_store(tmp_path: Path) -> None:
    encoder = open_encoder(str(make_tiny_checkpoint(tmp_path / "model")))
    cases = [Case(id=str(n), text=text, label="yes" if n % 2 else "no") for n, text in enumerate(SENTENCES)]
    told: list[tuple[int, int]] = []
    found = similar_among(
        cases, encoder, text=SENTENCES[3], count=4, report=lambda done, total: told.append((done, total))
    )
    assert (found.cases[0].id, found.cases[0].similarity) == ("3", pytest.approx(1.0, abs=1e-5))
    assert [case.similarity for case in found.cases] == sorted((c.similarity for c in found.cases), reverse=True)
    assert (found.num_items, sum(label.count for label in found.labels)) == (len(SENTENCES), 4)
    assert told == [(n + 1, len(SENTENCES)) for n in range(len(SENTENCES))]
