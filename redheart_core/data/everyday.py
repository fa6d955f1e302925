"""Everyday life: questions to a Korean chatbot with their topic, and events with how people react to them.

``read_x`` takes the data folder, ``read_x_file`` any file in the same published format.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Literal

from redheart_core.data.directions import compare_ends, compare_labels
from redheart_core.data.fields import RowError, filled, parse_rating
from redheart_core.data.records import table_records
from redheart_core.data.rows import Dataset, ReactionRow, Topic, TopicRow
from redheart_core.data.source import checked_dataset, parse_rows, require_file

TOPICS = {"0": Topic.EVERYDAY, "1": Topic.BREAK_UP, "2": Topic.LOVE}
NOBODY_FEELS = "none"
"""What an annotator writes who sees no intent or no reaction."""


def read_chatbot(data_dir: Path) -> Dataset[TopicRow]:
    """Read Korean questions with answers. Questions that got the same answer are often rewordings: one group."""
    return read_chatbot_file(require_file(data_dir, "chatbot_ko/ChatbotData.csv"))


def read_chatbot_file(path: Path) -> Dataset[TopicRow]:
    """Read a CSV with the columns Q, A, label (0 everyday, 1 break-up, 2 love; one label ends in blanks)."""
    parsed = parse_rows(path, table_records(path, columns=("Q", "A", "label")), _topic)
    rows = parsed.rows
    directions = compare_labels(
        "chatbot_ko", [row.text for row in rows], lambda place, topic: rows[place].topic == topic
    )
    return checked_dataset("chatbot_ko", "MIT", path, parsed, labels=(row.topic for row in rows), directions=directions)


def read_reactions(data_dir: Path, *, part: Literal["train", "dev"]) -> Dataset[ReactionRow]:
    """Read events with intents and reactions, one row per annotator. Rows about one event share a group."""
    return read_reactions_file(require_file(data_dir, f"event2mind/{part}.csv"))


def read_reactions_file(path: Path) -> Dataset[ReactionRow]:
    """Read a CSV with the columns Event, Xintent, Xemotion, Otheremotion (JSON lists), Xsent and Osent."""
    columns = ("Event", "Xintent", "Xemotion", "Otheremotion", "Xsent", "Osent")
    parsed = parse_rows(path, table_records(path, columns=columns), _reaction)
    rated = ((" ".join(row.others), row.others_sentiment) for row in parsed.rows)
    felt = compare_ends("event2mind", ((words, (rating - 1) / 4) for words, rating in rated if rating is not None))
    labels = (row.own for row in parsed.rows)
    return checked_dataset("event2mind", "MIT", path, parsed, labels=labels, directions=(felt,))


def _topic(_: int, fields: list[str]) -> TopicRow:
    question, answer, label = fields
    topic = TOPICS.get(label.strip())
    if topic is None:
        raise RowError(f"has the label {label[:40]!r}, expected 0, 1 or 2")
    answer = filled(answer).strip()
    return TopicRow(text=filled(question).strip(), answer=answer, topic=topic, group=answer)


def _reaction(_: int, fields: list[str]) -> ReactionRow:
    event = filled(fields[0]).strip()
    intents, own, others = (_feelings(field) for field in fields[1:4])
    return ReactionRow(
        event=event,
        intents=intents,
        own=own,
        others=others,
        own_sentiment=_sentiment(fields[4]),
        others_sentiment=_sentiment(fields[5]),
        group=event.lower(),
    )


def _feelings(field: str) -> tuple[str, ...]:
    try:
        words = json.loads(field)
    except (ValueError, RecursionError) as error:
        raise RowError(f"has feelings that are no JSON ({field[:40]!r})") from error
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise RowError(f"has feelings that are no list of texts ({field[:40]!r})")
    return tuple(filled(word).strip() for word in words if word.strip() not in ("", NOBODY_FEELS))


def _sentiment(field: str) -> float | None:
    return parse_rating(field, low=1, high=5) if field.strip() else None
