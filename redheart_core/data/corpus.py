"""Plain text for the tokenizer and the word vectors: only sets whose licence lets the result be shipped."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

from redheart_core.data import ethics
from redheart_core.data.emotions import read_emobank, read_goemotions, read_kote
from redheart_core.data.source import read_csv, read_jsonl, read_lines, require_file
from redheart_core.data.stories import read_moral_choice, read_moral_stories


def shippable_texts(data_dir: Path) -> tuple[str, ...]:
    """Return the passages of every shippable training file, in a fixed order, without repetition.

    Published development and test parts stay out; our own development rows are in, without their labels.
    Licences: MIT, Apache-2.0, CC-BY, and CC-BY-SA (EmoBank, attributed).
    """
    return tuple(dict.fromkeys(text.strip() for text in _texts(data_dir) if text.strip()))


def _texts(data_dir: Path) -> Iterator[str]:
    yield from _emotion_texts(data_dir)
    yield from _ethics_texts(data_dir)
    yield from _story_texts(data_dir)
    yield from _korean_texts(data_dir)
    yield from _everyday_texts(data_dir)


def _emotion_texts(data_dir: Path) -> Iterator[str]:
    for row in read_goemotions(data_dir, language="en", part="train"):
        yield row.text
    for row in read_goemotions(data_dir, language="ko", part="train"):
        yield row.text
    for row in read_kote(data_dir):
        yield row.text
    for rating in read_emobank(data_dir, part="train"):
        yield rating.text


def _ethics_texts(data_dir: Path) -> Iterator[str]:
    for pair in ethics.read_utilitarianism(data_dir):
        yield from (pair.better, pair.worse)
    for reader in (ethics.read_justice, ethics.read_deontology, ethics.read_virtue, ethics.read_commonsense):
        for row in reader(data_dir):
            yield from (row.context, row.text)


def _story_texts(data_dir: Path) -> Iterator[str]:
    for story in read_moral_stories(data_dir, part="train"):
        yield from (story.situation, story.moral_action, story.immoral_action)
    for choice in read_moral_choice(data_dir):
        yield from (choice.situation, *choice.actions)


def _korean_texts(data_dir: Path) -> Iterator[str]:
    for question, answer, _ in read_csv(require_file(data_dir, "chatbot_ko/ChatbotData.csv"), columns=3)[1:]:
        yield from (question, answer)
    safety = json.loads(require_file(data_dir, "korean_safety/kosbi_valid.json").read_text(encoding="utf-8"))
    for row in safety:
        yield from (row["context"], row["sentence"])
    questions = require_file(data_dir, "korean_safety/square_question_valid.json").read_text(encoding="utf-8")
    for row in json.loads(questions):
        yield row["question"]


def _everyday_texts(data_dir: Path) -> Iterator[str]:
    for row in read_csv(require_file(data_dir, "event2mind/train.csv"), columns=7)[1:]:
        yield row[1]
    for cause in read_jsonl(require_file(data_dir, "e_care/causal_train.jsonl"), keys=("premise", "hypothesis1")):
        yield from (cause["premise"], cause["hypothesis1"], cause["hypothesis2"])
    essays = "\n".join(read_lines(require_file(data_dir, "empathic_reactions/messages.csv")))
    for essay in csv.DictReader(io.StringIO(essays, newline="")):
        yield essay["essay"]
    dilemmas = read_csv(require_file(data_dir, "daily_dilemmas/dilemma.csv"), columns=4)
    for row in dilemmas[1:]:
        yield row[3]
