"""Readers by path: the published formats, and what is refused."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from redheart_core.data import anecdotes, causal, emotions, ethics, everyday, safety, stories
from redheart_core.data.ethics import Groups
from redheart_core.data.licences import require_shippable
from redheart_core.data.rows import Question, Topic
from redheart_core.errors import DataError


def _file(folder: Path, name: str, content: str) -> Path:
    path = folder / name
    path.write_text(content, encoding="utf-8")
    return path


def _jsonl(folder: Path, *rows: dict[str, Any]) -> Path:
    return _file(folder, "rows.jsonl", "".join(json.dumps(row) + "\n" for row in rows))


def test_a_bad_row_among_many_is_skipped_and_named(tmp_path: Path) -> None:
    lines = [f"text {n}\t{n % 28}\tid{n}" for n in range(200)]
    lines[9] = "text 9\tjoy\tid9"
    dataset = emotions.read_goemotions_file(_file(tmp_path, "test.tsv", "\n".join(lines)), language="en")
    assert len(dataset) == 199
    (problem,) = dataset.problems
    assert (problem.row, problem.why) == (10, "has the labels 'joy', expected numbers below 28")
    assert dataset.rows[9].group == "test-11", "a skipped row moves no group"


def test_more_than_one_percent_of_bad_rows_is_an_error(tmp_path: Path) -> None:
    lines = [f"text {n}\t{n % 28}\tid{n}" for n in range(200)]
    lines[9] = lines[30] = lines[31] = "text"
    with pytest.raises(DataError, match=r"3 of 200 rows cannot be used, more than 1%\. The first: row 10 has 1 col"):
        emotions.read_goemotions_file(_file(tmp_path, "test.tsv", "\n".join(lines)), language="en")


def test_a_quote_that_is_never_closed_is_an_error_and_not_one_long_row(tmp_path: Path) -> None:
    path = _file(tmp_path, "justice.csv", 'label,scenario\n1,fine\n0,"open\n1,lost\n1,lost\n')
    with pytest.raises(DataError, match="line 5 is not CSV"):
        ethics.read_justice_file(path)


def test_a_column_that_is_not_there_is_named_with_the_header(tmp_path: Path) -> None:
    path = _file(tmp_path, "cm.csv", "verdict,input\n1,I stole.\n")
    with pytest.raises(DataError, match="has no column label; its header is verdict, input"):
        ethics.read_commonsense_file(path)


def test_an_official_trait_file_keeps_every_row_in_blocks_of_five(tmp_path: Path) -> None:
    rows = [f"{int(n % 5 == 4)},Ann shared {n // 5}. [SEP] trait{n}" for n in range(10)]
    path = _file(tmp_path, "virtue_test.csv", "\n".join(["label,scenario", *rows]))
    dataset = ethics.read_traits_file(path, groups=Groups.OFFICIAL)
    assert [row.group for row in dataset] == ["block-0"] * 5 + ["block-1"] * 5
    assert (dataset.rows[4].scenario, dataset.rows[4].trait, dataset.rows[4].label) == ("Ann shared 0.", "trait4", True)


def test_official_blocks_of_justice_and_deontology_have_four_rows(tmp_path: Path) -> None:
    claims = [f"{n % 2},Claim {n}" for n in range(8)]
    path = _file(tmp_path, "justice.csv", "\n".join(["label,scenario", *claims]))
    justice = ethics.read_justice_file(path, groups=Groups.OFFICIAL)
    excuses = [f"{n % 2},Request {n},Excuse {n}" for n in range(8)]
    path = _file(tmp_path, "deontology.csv", "\n".join(["label,scenario,excuse", *excuses]))
    deontology = ethics.read_deontology_file(path, groups=Groups.OFFICIAL)
    assert [row.group for row in justice] == [row.group for row in deontology] == ["block-0"] * 4 + ["block-1"] * 4


def test_equal_pairs_are_kept_where_the_official_score_counts_them(tmp_path: Path) -> None:
    path = _file(tmp_path, "util.csv", "cake,mud\nsleep,sleep\n")
    assert len(ethics.read_utilitarianism_file(path, keep_equal=True)) == 2


def test_the_test_rows_of_emobank_can_be_asked_for(tmp_path: Path) -> None:
    rows = "a,train,3,3,3,One\nb,test,4,3,3,Two\nc,test,2,3.5,3,Three\n"
    path = _file(tmp_path, "emobank.csv", "id,split,V,A,D,text\n" + rows)
    assert [row.text for row in emotions.read_emobank_file(path, part="test")] == ["Two", "Three"]


def test_either_kind_of_story_is_recognised(tmp_path: Path) -> None:
    told = {"ID": "1", "norm": "Help.", "moral_action": "Ann helps.", "immoral_action": "Ann leaves."}
    (norm,) = stories.read_stories_file(_jsonl(tmp_path, told))
    assert (norm.norm, norm.situation) == ("Help.", "")
    around = {"situation": "Ann sees a fall.", "intention": "Ann is late.", "moral_consequence": "Bo is safe."}
    (full,) = stories.read_stories_file(_jsonl(tmp_path, told | around))
    assert (full.situation, full.moral_consequence) == ("Ann sees a fall. Ann is late.", "Bo is safe.")


def test_a_causal_question_names_its_right_hypothesis(tmp_path: Path) -> None:
    asked = {"premise": "It rained.", "ask-for": "effect", "hypothesis1": "Wet.", "hypothesis2": "Dry.", "label": 0}
    first, second = causal.read_e_care_file(_jsonl(tmp_path, asked, asked | {"ask-for": "cause", "label": 1}))
    assert (first.asks, first.correct, second.asks, second.correct) == (Question.EFFECT, 0, Question.CAUSE, 1)
    assert first.group == second.group
    with pytest.raises(DataError, match="row 1 asks for 'reason', expected cause or effect"):
        causal.read_e_care_file(_jsonl(tmp_path, asked | {"ask-for": "reason"}))


def test_a_byte_order_mark_belongs_to_no_column(tmp_path: Path) -> None:
    path = _file(tmp_path, "news.csv", "\ufefftext,label\nIt burned because of heat.,1\nIt burned.,0\n")
    assert [row.label for row in causal.read_causal_news_file(path)] == [True, False]


def test_unsafe_sentences_are_read_in_both_languages_with_one_group(tmp_path: Path) -> None:
    said = {"context": "상황", "context_en": "Situation", "sentence": "문장", "sentence_en": "Sentence"}
    rows = [said | {"sentence_label": label, "demographic_category": "종교"} for label in ("safe", "unsafe")]
    path = _file(tmp_path, "kosbi.json", json.dumps(rows))
    korean, english = (safety.read_safety_file(path, language=language) for language in ("ko", "en"))
    assert [(row.text, row.label) for row in korean] == [("문장", False), ("문장", True)]
    assert [row.text for row in english] == ["Sentence", "Sentence"]
    assert [row.group for row in korean] == [row.group for row in english]


def test_a_question_is_told_from_a_sentence(tmp_path: Path) -> None:
    rows = [{"question": f"질문 {n}?", "sensitive?": n % 2, "category": "ethical" if n % 2 else None} for n in range(2)]
    dataset = safety.read_safety_file(_file(tmp_path, "square.json", json.dumps(rows)))
    assert dataset.name == "square_questions"
    assert [(row.label, row.category) for row in dataset] == [(False, ""), (True, "ethical")]


def test_a_topic_that_ends_in_blanks_is_read(tmp_path: Path) -> None:
    path = _file(tmp_path, "chat.csv", "Q,A,label\n배고파,드세요.,0\n헤어졌어,힘내세요.,1\n좋아해,고백하세요.,2   \n")
    assert [row.topic for row in everyday.read_chatbot_file(path)] == [Topic.EVERYDAY, Topic.BREAK_UP, Topic.LOVE]


def test_no_reaction_is_no_feeling(tmp_path: Path) -> None:
    header = "Source,Event,Xintent,Xemotion,Otheremotion,Xsent,Osent\n"
    rows = (
        'x,PersonX eats,"[""none""]","[""full"", ""glad""]","[""none""]",,4.0\nx,PersonX runs,[],"[""tired""]",[],2,\n'
    )
    first, second = everyday.read_reactions_file(_file(tmp_path, "train.csv", header + rows))
    assert (first.intents, first.own, first.others) == ((), ("full", "glad"), ())
    assert (first.own_sentiment, first.others_sentiment, second.own_sentiment) == (None, 4.0, 2.0)


def _anecdote(author: int, other: int, said: str) -> dict[str, Any]:
    votes = {"AUTHOR": author, "OTHER": other, "EVERYBODY": 0, "NOBODY": 0, "INFO": 0}
    return {"id": f"{author}-{other}", "title": "Shirt", "text": "I kept it.", "votes": votes, "binarized": said}


def test_research_data_are_read_packed_and_refused_for_shipping(tmp_path: Path) -> None:
    rows = [_anecdote(3, 1, "WRONG"), _anecdote(0, 2, "RIGHT")]
    path = tmp_path / "anecdotes.jsonl.gz"
    path.write_bytes(gzip.compress("\n".join(map(json.dumps, rows)).encode()))
    dataset = anecdotes.read_scruples_file(path)
    assert [row.author_wrong for row in dataset] == [True, False]
    assert not dataset.shippable
    with pytest.raises(DataError, match=r"scruples \(research only\): the licence does not let weights"):
        require_shippable([dataset])
    path.write_bytes(path.read_bytes()[:-12])
    with pytest.raises(DataError, match="is no whole gzip file"):
        anecdotes.read_scruples_file(path)


def test_a_verdict_that_contradicts_its_votes_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="row 1 says 'WRONG', which its votes contradict"):
        anecdotes.read_scruples_file(_jsonl(tmp_path, _anecdote(1, 2, "WRONG")))


def test_permissive_data_may_be_shipped(tmp_path: Path) -> None:
    require_shippable([ethics.read_utilitarianism_file(_file(tmp_path, "util.csv", "cake,mud\n"))])
