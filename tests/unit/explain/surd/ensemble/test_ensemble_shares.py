"""The four numbers of one text, which is what the SURD outputs are taught."""

from __future__ import annotations

import pytest

from redheart_core.explain.surd.ensemble.run import Subject
from redheart_core.explain.surd.ensemble.shares import text_shares
from tests.fakes import HOSTILE, FakeReader

TOLD = "He stole the medicine and lied. It may save his sick child. The chemist was badly hurt in the struggle."
KOREAN = "친구가 거짓말을 해서 속상했다. 그래도 아이를 도와줘서 고마웠고, 다친 사람은 없어서 다행이다."


@pytest.mark.parametrize("text", [TOLD, KOREAN, f"He lied to me and left. {HOSTILE} She helped the child."])
def test_the_shares_add_up_and_the_correction_moves_them_little(text: str) -> None:
    found = text_shares(Subject.of_text(text), reader=None)
    assert found is not None
    for shares in (found.corrected, found.plug_in):
        assert sum(shares.values()) == pytest.approx(1.0, abs=1e-9)
        assert all(-1e-12 <= share <= 1.0 for share in shares.values())
    assert found.corrected.values() == pytest.approx(found.plug_in.values(), abs=0.02)
    assert found.num_texts <= 64


def test_the_same_text_and_seed_give_the_same_shares() -> None:
    one, again, other = (text_shares(Subject.of_text(TOLD), reader=FakeReader(), seed=seed) for seed in (0, 0, 1))
    assert one == again
    assert one != other


@pytest.mark.parametrize(
    "text",
    [
        "Too few words.",
        "I want to kill myself, I hate all of it and everyone here.",
        "Der Zug fährt heute nicht ab, weil es schneit.",
    ],
)
def test_texts_with_nothing_to_decompose_are_told_apart(text: str) -> None:
    assert text_shares(Subject(situation="", option=text), reader=None) is None
