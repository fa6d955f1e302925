"""Whatever a file holds, a reader returns rows or a ``DataError``: nothing else leaves it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from redheart_core.data import anecdotes, causal, emotions, ethics, everyday, safety, stories
from redheart_core.data.rows import Dataset
from redheart_core.errors import DataError
from tests.datasets import write_small_data

Reader = Callable[[Path], Dataset[object]]
READERS: tuple[tuple[str, Reader], ...] = (
    ("goemotions_en/dev.tsv", partial(emotions.read_goemotions_file, language="en")),
    ("kote/val.tsv", emotions.read_kote_file),
    ("emobank/emobank.csv", partial(emotions.read_emobank_file, part="train")),
    ("empathic_reactions/messages.csv", emotions.read_empathy_file),
    ("ethics/utilitarianism/util_train.csv", ethics.read_utilitarianism_file),
    ("ethics/justice/justice_train.csv", ethics.read_justice_file),
    ("ethics/deontology/deontology_train.csv", ethics.read_deontology_file),
    ("ethics/virtue/virtue_train.csv", ethics.read_virtue_file),
    ("ethics/commonsense/cm_test.csv", ethics.read_commonsense_file),
    ("moral_stories/full_stories_dev.jsonl", stories.read_stories_file),
    ("moral_stories/consequence_pred_train.jsonl", stories.read_outcomes_file),
    ("moral_choice/moralchoice_low_ambiguity.csv", stories.read_moral_choice_file),
    ("e_care/causal_train.jsonl", causal.read_e_care_file),
    ("causal_news/dev_subtask1.csv", causal.read_causal_news_file),
    ("korean_safety/kosbi_valid.json", safety.read_safety_file),
    ("korean_safety/square_question_valid.json", safety.read_safety_file),
    ("chatbot_ko/ChatbotData.csv", everyday.read_chatbot_file),
    ("event2mind/dev.csv", everyday.read_reactions_file),
    ("e_care/causal_train.jsonl", anecdotes.read_scruples_file),
)
SPLINTERS = st.one_of(
    st.text(max_size=8).map(lambda text: text.encode("utf-8", "replace")),
    st.binary(max_size=4),
    st.sampled_from([b'"', b"\n", b"\r", b"\t", b",", b"\0", b"[", b"{", b"]", b"null", b"\\ud800", b"NaN", b"-1"]),
    st.sampled_from([b"1e999", b"9" * 5_000, b"[" * 3_000]),
)


@pytest.fixture(scope="module")
def small_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_small_data(tmp_path_factory.mktemp("data"), num_rows=12)


def _only_data_errors(reader: Reader, path: Path) -> None:
    try:
        dataset = reader(path)
    except DataError:
        return
    for row in dataset:
        written = json.dumps(asdict(row), ensure_ascii=False, default=sorted)  # type: ignore[call-overload]
        assert json.loads(written.encode("utf-8")), "a row can be written as UTF-8"


@pytest.mark.parametrize(("name", "reader"), READERS)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(edits=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 20), SPLINTERS), min_size=1, max_size=3))
def test_a_damaged_file_gives_rows_or_a_data_error(
    small_data: Path, name: str, reader: Reader, edits: list[tuple[float, int, bytes]]
) -> None:
    content = (small_data / name).read_bytes()[:4_000]
    for share, removed, inserted in edits:
        place = int(share * len(content))
        content = content[:place] + inserted + content[place + removed :]
    path = small_data / f"damaged{Path(name).suffix}"
    path.write_bytes(content)
    _only_data_errors(reader, path)


@pytest.mark.parametrize(("name", "reader"), READERS)
@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xff\xfe", b"\0" * 50, b"[]", b"null", b"[[" * 2_000, b"label\n"])
def test_a_file_of_something_else_is_refused(tmp_path: Path, name: str, reader: Reader, content: bytes) -> None:
    path = tmp_path / Path(name).name
    path.write_bytes(content)
    with pytest.raises(DataError):
        reader(path)


@pytest.mark.parametrize("reader", [ethics.read_justice_file, safety.read_kosbi_file, anecdotes.read_scruples_file])
def test_a_missing_file_is_a_data_error(tmp_path: Path, reader: Reader) -> None:
    with pytest.raises(DataError, match=r"nothing\.json cannot be read"):
        reader(tmp_path / "nothing.json")
