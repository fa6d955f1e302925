"""Plain text for the tokenizer and the word vectors: only sets whose licence lets the result be shipped."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from redheart_core.data import ethics
from redheart_core.data.causal import read_e_care
from redheart_core.data.emotions import read_emobank, read_empathy, read_goemotions, read_kote
from redheart_core.data.everyday import read_chatbot, read_reactions
from redheart_core.data.fields import filled
from redheart_core.data.records import csv_records
from redheart_core.data.safety import read_kosbi, read_square
from redheart_core.data.source import parse_rows, require_file
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
    for row in read_chatbot(data_dir):
        yield from (row.text, row.answer)
    for sentence in read_kosbi(data_dir):
        yield from (sentence.context, sentence.text)
    for question in read_square(data_dir):
        yield question.text


def _everyday_texts(data_dir: Path) -> Iterator[str]:
    for row in read_reactions(data_dir, part="train"):
        yield row.event
    for cause in read_e_care(data_dir):
        yield from (cause.premise, *cause.hypotheses)
    for essay in read_empathy(data_dir):
        yield essay.text
    path = require_file(data_dir, "daily_dilemmas/dilemma.csv")
    records = csv_records(path, columns=4)
    next(records, None)
    yield from parse_rows(path, records, lambda _, fields: filled(fields[3])).rows
