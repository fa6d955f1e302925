"""The chain: rules alone, neural part alone, both, each on the same recorded path; samples are seeded."""

from __future__ import annotations

import pytest

from redheart_core.inference.standalone import System, integrated_scores
from redheart_core.model.checkpoint import LoadedCheckpoint, load_checkpoint
from redheart_core.training.official.cases import Case
from redheart_core.training.official.chain import ask_chain, report_chain, sample_pairs
from redheart_core.training.official.evaluate import Source
from redheart_core.training.official.tasks import TASKS
from redheart_core.vocabulary.language import Language
from redheart_core.vocabulary.reading import Family
from tests.checkpoints import make_tiny_checkpoint
from tests.fakes import FakeReader

TEXTS = ("I won a prize and everyone was happy.", "I broke my arm and was in terrible pain.")


def _pair(first: str, second: str, group: str = "0") -> Case:
    return Case(passages=((first, ""), (second, "")), labels=(1.0,), group=group)


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> LoadedCheckpoint:
    return load_checkpoint(make_tiny_checkpoint(tmp_path_factory.mktemp("tiny")))


def _scores(text: str, reader: FakeReader) -> dict[System, float]:
    found = integrated_scores(text, tuple(System), reader=reader, language=Language.ENGLISH)
    assert found is not None
    return found


def test_the_rules_alone_rank_what_their_words_tell() -> None:
    good, bad = (_scores(text, FakeReader()) for text in TEXTS)
    assert good[System.RULES] > bad[System.RULES]


def test_the_neural_part_alone_hears_no_rule_and_the_rules_alone_no_model() -> None:
    class Same(FakeReader):
        def read(self, text: str, *, context: str = ""):  # type: ignore[no-untyped-def]
            return super().read("one text for all")

    good, bad = (_scores(text, Same()) for text in TEXTS)
    assert good[System.NEURAL] == bad[System.NEURAL]
    assert good[System.BOTH] > bad[System.BOTH]
    silent = _scores(TEXTS[0], FakeReader(trained=(Family.SURD,)))
    assert silent[System.RULES] == silent[System.BOTH] == good[System.RULES]


def test_the_model_reads_a_passage_once_for_all_systems_and_never_for_the_rules() -> None:
    class Counting(FakeReader):
        count = 0

        def read(self, text: str, *, context: str = ""):  # type: ignore[no-untyped-def]
            self.count += 1
            return super().read(text, context=context)

    reader = Counting()
    _scores(TEXTS[0], reader)
    assert reader.count == 1
    integrated_scores(TEXTS[0], (System.RULES,), reader=reader, language=Language.ENGLISH)
    assert reader.count == 1


def test_a_passage_about_self_harm_is_not_scored_and_its_pair_counts_half(checkpoint: LoadedCheckpoint) -> None:
    cases = (_pair(*TEXTS, "0"), _pair("I want to kill myself.", TEXTS[0], "1"))
    answers = ask_chain(cases, (System.RULES,), checkpoint)
    assert answers.unscored == 1
    assert answers.preferred_N[System.RULES].tolist() == [1.0, 0.5]
    source = Source(file="f", sha256="", checkpoint="tiny", command="c")
    result = report_chain(TASKS["ethics_utilitarianism"], cases, answers, checkpoint, source=source)
    assert result.metrics[0].value == 0.75
    assert any("1 pairs speak of self-harm" in note for note in result.notes)


def test_a_sample_is_seeded_and_keeps_the_order() -> None:
    cases = [_pair(f"a {n}", f"b {n}", str(n)) for n in range(50)]
    chosen = sample_pairs(cases, 10)
    assert chosen == sample_pairs(cases, 10)
    assert len(chosen) == 10
    assert [int(case.group) for case in chosen] == sorted(int(case.group) for case in chosen)
    assert sample_pairs(cases, None) == sample_pairs(cases, 99) == tuple(cases)
