"""Labels that are turned round or shifted are noticed, on small sets and on the real ones."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

from redheart_core.data import causal, emotions, ethics, safety, stories
from redheart_core.data.directions import MIN_CUED, compare_ends, compare_labels, require_agreement
from redheart_core.data.rows import Dataset
from redheart_core.errors import DataError
from tests.datasets import require_data


def _accounts(fine: float, wrong: float, count: int = MIN_CUED) -> list[tuple[str, float]]:
    return [("I helped her.", fine)] * count + [("I stole it.", wrong)] * count


def test_the_right_way_round_is_reported() -> None:
    found = compare_ends("ethics_commonsense", [*_accounts(1.0, 0.0), ("I slept.", 0.0)])
    assert found is not None
    assert (found.expected_higher, found.expected_lower) == (1.0, 0.0)
    assert (found.num_higher, found.num_lower) == (MIN_CUED, MIN_CUED)


def test_labels_turned_round_are_refused() -> None:
    with pytest.raises(DataError, match=r"the labels look turned round\. .*'helped' have 0\.00 .*'stole' 1\.00"):
        compare_ends("ethics_commonsense", _accounts(0.0, 1.0))


def test_few_passages_say_nothing() -> None:
    assert compare_ends("ethics_commonsense", _accounts(0.0, 1.0, MIN_CUED - 1)) is None


def test_a_filtered_test_whose_words_say_little_passes() -> None:
    rows = [("I helped her.", n % 2) for n in range(100)] + [("I stole it.", float(n % 5 < 3)) for n in range(100)]
    assert compare_ends("ethics_commonsense", rows) is not None


def test_a_passage_with_words_of_either_end_is_left_out() -> None:
    both = [("I helped her and stole it.", 0.0)] * 50
    found = compare_ends("ethics_commonsense", [*_accounts(1.0, 0.0), *both])
    assert found is not None
    assert found.num_higher == found.num_lower == MIN_CUED


def test_shifted_labels_are_refused() -> None:
    texts = ["Thank you!"] * 30 + ["I love it."] * 30 + ["Rain."] * 60
    labels = ["gratitude"] * 30 + ["love"] * 30 + ["neutral"] * 60
    found = compare_labels("goemotions_en", texts, lambda place, label: labels[place] == label)
    assert [one.subject for one in found] == ["gratitude", "love"]
    shifted = {"gratitude": "grief", "love": "nervousness", "neutral": "gratitude"}
    with pytest.raises(DataError, match=r"the labels look shifted.* gratitude, love"):
        compare_labels("goemotions_en", texts, lambda place, label: shifted[labels[place]] == label)


def test_most_rows_must_agree_with_themselves() -> None:
    require_agreement("x", [True] * 12 + [False] * 10)
    with pytest.raises(DataError, match="15 of 25 rows contradict"):
        require_agreement("x", [True] * 10 + [False] * 15)


def _turned_csv(source: Path, target: Path, *, swap: bool) -> Path:
    """Copy a labelled CSV with 0 and 1 exchanged, or a CSV of pairs with its columns exchanged."""
    with source.open(encoding="utf-8", newline="") as read, target.open("w", encoding="utf-8", newline="") as written:
        writer = csv.writer(written)
        for row in csv.reader(read):
            turned = {"0": "1", "1": "0"}.get(row[0], row[0])
            writer.writerow(row[::-1] if swap else [turned, *row[1:]])
    return target


@pytest.mark.parametrize(
    ("name", "reader"),
    [
        ("ethics/commonsense/cm_test.csv", ethics.read_commonsense_file),
        ("ethics/justice/justice_train.csv", ethics.read_justice_file),
        ("ethics/deontology/deontology_train.csv", ethics.read_deontology_file),
        ("ethics/virtue/virtue_train.csv", ethics.read_traits_file),
        ("ethics/utilitarianism/util_train.csv", ethics.read_utilitarianism_file),
    ],
)
def test_a_real_ethics_file_turned_round_is_refused(
    tmp_path: Path, name: str, reader: Callable[[Path], Dataset[object]]
) -> None:
    turned = _turned_csv(require_data() / name, tmp_path / "turned.csv", swap="util" in name)
    with pytest.raises(DataError, match="the labels look turned round"):
        reader(turned)


@pytest.mark.parametrize(
    ("name", "before", "after", "reader"),
    [
        ("moral_stories/norm_actions_dev.jsonl", "moral_action", "immoral_action", stories.read_norm_actions_file),
        ("moral_stories/consequence_pred_train.jsonl", "action moral?", "action immoral?", stories.read_outcomes_file),
        ("e_care/causal_train.jsonl", '"label": 0', '"label": 1', causal.read_e_care_file),
        ("korean_safety/kosbi_valid.json", '_label": "safe"', '_label": "unsafe"', safety.read_kosbi_file),
        ("korean_safety/square_question_valid.json", '?": 0', '?": 1', safety.read_square_file),
    ],
)
def test_a_real_file_with_two_names_exchanged_is_refused(
    tmp_path: Path, name: str, before: str, after: str, reader: Callable[[Path], Dataset[object]]
) -> None:
    text = (require_data() / name).read_text(encoding="utf-8")
    turned = text.replace(f"im{before}", "\0").replace(after, "\0").replace(before, after).replace("\0", before)
    assert turned != text
    path = tmp_path / Path(name).name
    path.write_text(turned, encoding="utf-8")
    with pytest.raises(DataError, match="the labels look turned round"):
        reader(path)


def test_real_emotions_say_where_they_stand_and_shifted_ones_are_refused(tmp_path: Path) -> None:
    source = require_data() / "goemotions_ko/dev.tsv"
    found = {one.subject: one for one in emotions.read_goemotions_file(source, language="ko").directions}
    assert found["gratitude"].expected_higher > 0.9 > 0.02 > found["gratitude"].expected_lower
    lines = [line.split("\t") for line in source.read_text(encoding="utf-8").splitlines()]
    shifted = [f"{text}\t{','.join(str((int(label) + 1) % 28) for label in ids.split(','))}" for text, ids in lines]
    path = tmp_path / "dev.tsv"
    path.write_text("\n".join(shifted), encoding="utf-8")
    with pytest.raises(DataError, match="the labels look shifted"):
        emotions.read_goemotions_file(path, language="ko")
