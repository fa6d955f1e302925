"""Stand-ins for what tests must not wait for: a neural part whose answers follow from a hash of the text."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from redheart_core.inference.engine import RedHeart
from redheart_core.vocabulary.dilemma import Dilemma, Option, Party
from redheart_core.vocabulary.reading import (
    ADJUSTMENT_BOUND,
    OUTPUTS,
    READ_FAMILIES,
    Family,
    FamilyReading,
    NeuralReading,
)

FAKE_SHA256 = "fa" * 32
HOSTILE = (
    "<script>alert(1)</script> **bold** $x^2$ :red[red] <b>b</b> [link](http://a.example) :smile: &lt; \u202eabc \"'"
)
"""Everything that a page might mistake for markup."""


class FakeReader:
    """A neural part without weights: each output is a hash of the text, the context and its own name."""

    def __init__(self, trained: Iterable[Family] = READ_FAMILIES) -> None:
        self._trained = frozenset(trained)

    @property
    def checkpoint_sha256(self) -> str:
        return FAKE_SHA256

    @property
    def trained_families(self) -> frozenset[Family]:
        return self._trained

    def read(self, text: str, *, context: str = "") -> NeuralReading:
        families = {family: _reading(family, text, context) for family in READ_FAMILIES if family in self._trained}
        return NeuralReading(families=families, num_tokens=len(text), truncated=False)


def _reading(family: Family, text: str, context: str) -> FamilyReading:
    values = {name: _value(family, name, text, context) for name in OUTPUTS[family]}
    return FamilyReading(values=values, deviations=dict.fromkeys(values, 0.04))


def _value(family: Family, name: str, text: str, context: str) -> float:
    digest = hashlib.sha256("\x00".join([family.value, name, text, context]).encode()).digest()
    share = int.from_bytes(digest[:4], "big") / 2**32
    if family in ADJUSTMENT_BOUND:
        return round((2.0 * share - 1.0) * ADJUSTMENT_BOUND[family], 6)
    if family is Family.HEDONIC:
        return round(2.0 * share - 1.0, 6)
    if family in {Family.GOEMOTIONS, Family.KOTE}:
        return round(share**4, 6)
    return round(share, 6)


def fake_model(trained: Iterable[Family] = READ_FAMILIES) -> RedHeart:
    """Return the real system with the fake neural part."""
    return RedHeart(name="fake", reader=FakeReader(trained))


def ward_dilemma() -> Dilemma:
    """Return a dilemma with three parties for pages and views to draw."""
    return Dilemma(
        situation="병동에서 환자에게 약이 잘못 들어간 걸 나만 봤어요. 지금 말하면 동료가 징계를 받을 수 있어요.",
        options=(
            Option(name="수간호사에게 바로 알린다."),
            Option(name="동료가 스스로 말하도록 하루 기다린다."),
        ),
        parties=(
            Party(name="환자", count=1, vulnerability=0.9),
            Party(name="동료", count=1, vulnerability=0.3),
            Party(name="병동의 다른 환자들", count=24, vulnerability=0.7),
        ),
    )


def hostile_dilemma() -> Dilemma:
    """Return a dilemma whose every text tries to be markup."""
    return Dilemma(
        situation=f"I must decide. {HOSTILE}",
        options=(Option(name=f"Tell them {HOSTILE}"), Option(name=f"Stay silent {HOSTILE}")),
        parties=(Party(name="<img src=x onerror=alert(2)>", count=3, vulnerability=0.5),),
    )
