"""The texts that are decomposed: where they come from, which side they stand on, and how they are found again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from redheart_core.data.licences import is_shippable
from redheart_core.training.surd_readouts.texts import teaching_texts, texts_by_hash
from tests.datasets import write_small_data

PRESETS = Path("assets/dilemmas")


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Small files in the published formats; comments long enough to have three parts, and one that is not."""
    root = write_small_data(tmp_path_factory.mktemp("data"))
    told = [
        f"{k}\t오늘 친구 {k}번이 약속을 어겨서 하루 종일 마음이 무척 속상하고 서운했어요.\t{k % 44}" for k in range(40)
    ]
    (root / "kote/val.tsv").write_text("\n".join([*told, "40\t짧다\t1"]) + "\n", encoding="utf-8")
    results = [
        {
            "prompt": f"Friend {k} asked him for help and he came at once. Why is this action {kind}?",
            "completion": f" Friend {k} was glad of it. END",
        }
        for k in range(20)
        for kind in ("moral", "immoral")
    ]
    lines = "\n".join(map(json.dumps, results))
    (root / "moral_stories/consequence_pred_train.jsonl").write_text(f"{lines}\n", encoding="utf-8")
    return root


def test_all_kinds_and_both_languages_come_in_turn_under_licences_that_allow_it(data_dir: Path) -> None:
    found = teaching_texts(data_dir, PRESETS, wanted=30)
    assert len(found) == 30
    assert {text.source for text in found[:3]} == {"presets", "kote", "moral_stories_consequences"}
    assert {text.language for text in found} == {"ko", "en"}
    assert all(is_shippable(text.licence) for text in found)
    assert not any(text.text == "짧다" for text in found)


def test_a_group_stands_on_one_side_whatever_else_is_drawn(data_dir: Path) -> None:
    many = teaching_texts(data_dir, PRESETS, wanted=90)
    sides: dict[tuple[str, str], set[bool]] = {}
    for text in many:
        sides.setdefault((text.source, text.group), set()).add(text.is_held_out)
    assert all(len(side) == 1 for side in sides.values())
    assert 0.05 < sum(text.is_held_out for text in many) / len(many) < 0.45


def test_texts_are_found_again_by_hash_however_many_were_drawn(data_dir: Path) -> None:
    few = teaching_texts(data_dir, PRESETS, wanted=12)
    assert texts_by_hash(data_dir, PRESETS, {text.sha256 for text in few}) == {t.sha256: t.text for t in few}
