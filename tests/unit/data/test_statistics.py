"""Label statistics and the catalogue, on small sets and on the real ones."""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from pathlib import Path

import pytest

from redheart_core.data import emotions
from redheart_core.data.catalogue import FileState, choose_entries, load_catalogue, verify_entry
from redheart_core.data.inventory import READERS, RESEARCH
from redheart_core.data.licences import RESEARCH_ONLY, SHIPPABLE
from redheart_core.data.statistics import RatingSummary, describe_dataset, describe_row, save_statistics
from redheart_core.errors import DataError
from tests.datasets import require_data, write_small_data


def test_labels_are_counted_by_name(tmp_path: Path) -> None:
    path = tmp_path / "train.tsv"
    path.write_text("Thanks!\t15,17\ta\nI am glad.\t17\tb\nSo sad\t25\tc\n", encoding="utf-8")
    found = describe_dataset(emotions.read_goemotions_file(path, language="en"))
    assert {count.label: count.rows for count in found.labels} == {"joy": 2, "gratitude": 1, "sadness": 1}
    assert found.labels[0].label == "joy"
    assert (found.num_rows, found.num_groups, found.median_characters) == (3, 3, 7)
    assert found.shippable


def test_ratings_are_summarised(tmp_path: Path) -> None:
    path = tmp_path / "emobank.csv"
    path.write_text("id,split,V,A,D,text\na,dev,1,3,3,One\nb,dev,3,4,3,Two\n", encoding="utf-8")
    valence, *_ = describe_dataset(emotions.read_emobank_file(path, part="dev")).ratings
    assert valence == RatingSummary(
        rating="valence", rows=2, mean=2.0, deviation=1.0, lowest=1.0, highest=3.0, distinct=2
    )


def test_saved_statistics_are_json_and_name_files_by_hash(tmp_path: Path) -> None:
    data_dir = write_small_data(tmp_path / "data")
    found = describe_dataset(READERS["kote"](data_dir))
    save_statistics(tmp_path / "statistics.json", [found])
    (saved,) = json.loads((tmp_path / "statistics.json").read_text(encoding="utf-8"))
    assert saved == json.loads(json.dumps(asdict(found)))
    assert re.fullmatch("[0-9a-f]{64}", saved["files"][0]["sha256"])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "statistics.json"]


def test_a_row_of_an_unknown_kind_is_our_own_mistake() -> None:
    with pytest.raises(TypeError, match="no description of a int"):
        describe_row(3)


@pytest.mark.parametrize("name", sorted(set(READERS) - RESEARCH))
def test_every_small_set_can_be_described(tmp_path: Path, name: str) -> None:
    found = describe_dataset(READERS[name](write_small_data(tmp_path, num_rows=12)))
    assert found.num_rows > 0
    assert found.labels or found.ratings


def test_the_catalogue_is_whole() -> None:
    entries = load_catalogue()
    assert len(entries) == 15
    for entry in entries:
        assert re.fullmatch("[0-9a-f]{40}", entry.commit)
        assert entry.licence in SHIPPABLE | {RESEARCH_ONLY}
        for file in entry.files:
            assert re.fullmatch("[0-9a-f]{64}", file.sha256)
            assert sum(map(bool, (file.upstream, file.archive, file.by_hand))) == 1, file.path
            assert file.path.startswith(f"{entry.name}/")
            assert ".." not in file.path


def test_the_catalogue_covers_every_file_that_is_read(tmp_path: Path) -> None:
    catalogued = {file.path for entry in load_catalogue() for file in entry.files}
    data_dir = write_small_data(tmp_path, num_rows=12)
    written = {path.relative_to(data_dir).as_posix() for path in data_dir.rglob("*.*") if path.is_file()}
    assert written <= catalogued


def test_an_address_names_owner_commit_and_quoted_path() -> None:
    (entry,) = choose_entries(["moral_stories"])
    assert entry.url(entry.files[0].upstream) == (
        "https://raw.githubusercontent.com/zamandalee/lm-moral-preferences/c4a85657bb6d5e0132089472bf7d2069284fe1da/"
        "moral_stories/norm%7Cactions/norm_distance/train.jsonl"
    )


def test_research_only_sets_have_to_be_named() -> None:
    assert "scruples_research_only" not in {entry.name for entry in choose_entries([])}
    assert len(choose_entries([])) == 14
    assert [entry.name for entry in choose_entries(["scruples_research_only"])] == ["scruples_research_only"]


def test_an_unknown_name_is_answered_with_the_known_ones() -> None:
    with pytest.raises(DataError, match=r"There is no data set koto\. Known are goemotions_en"):
        choose_entries(["koto"])


@pytest.mark.parametrize("entry", load_catalogue(), ids=lambda entry: entry.name)
def test_the_real_files_are_those_of_the_catalogue(entry: object) -> None:
    assert {file.state for file in verify_entry(entry, require_data())} == {FileState.SAME}  # type: ignore[arg-type]


ROWS = {
    "goemotions_en": 43_410, "goemotions_ko": 43_410, "kote": 5_000, "empathic_reactions": 1_860,
    "chatbot_ko": 11_823, "event2mind": 46_472, "ethics_utilitarianism": 13_738, "ethics_justice": 21_791,
    "ethics_deontology": 18_164, "ethics_virtue_traits": 28_245, "ethics_commonsense": 3_885, "moral_stories": 10_000,
    "moral_choice": 687, "e_care": 14_928, "causal_news": 3_075, "kosbi": 3_421, "square_questions": 6_882,
}  # fmt: skip
"""As the data sets' own descriptions say."""


@pytest.mark.parametrize(("name", "rows"), ROWS.items())
def test_every_real_row_is_read(name: str, rows: int) -> None:
    dataset = READERS[name](require_data())
    assert len(dataset) == rows
    assert dataset.problems == ()
    assert dataset.shippable


@pytest.mark.slow
def test_research_only_posts_without_text_are_skipped() -> None:
    dataset = READERS["scruples"](require_data())
    assert (len(dataset), len(dataset.problems)) == (27_768, 26)
    assert not dataset.shippable
