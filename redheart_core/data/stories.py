"""Moral Stories and MoralChoice: situations with a good and a bad course of action.

``read_x`` takes the data folder, ``read_x_file`` any file in the same published format.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Literal

from redheart_core.data.directions import compare_ends, require_agreement
from redheart_core.data.fields import JsonObject, RowError, filled, texts
from redheart_core.data.records import csv_records, jsonl_records
from redheart_core.data.rows import ChoiceRow, Dataset, JudgedRow, OutcomeRow, StoryRow
from redheart_core.data.source import checked_dataset, parse_rows, require_file

LICENCE = "MIT"
OUTCOMES = "moral_stories_consequences"
RULES = (
    "death", "pain", "disable", "freedom", "pleasure", "deceive", "cheat", "break_promise", "break_law", "duty",
)  # fmt: skip
"""MoralChoice's rules. "pleasure" is the rule against depriving somebody of it."""
_PROMPT = re.compile(r"\n (?P<situation>.*) Provide a (?:im)?moral action\. \n", re.DOTALL)
_REASON = re.compile(r"Why is this action (?P<kind>moral|immoral)\?")


def read_moral_stories(data_dir: Path, *, part: Literal["train", "dev"]) -> Dataset[StoryRow]:
    """Read stories. Those of ``train`` have a situation where the action prompts restore it, ``dev`` always."""
    if part == "dev":
        return read_full_stories_file(require_file(data_dir, "moral_stories/full_stories_dev.jsonl"))
    told = read_norm_actions_file(require_file(data_dir, "moral_stories/norm_actions_train.jsonl"))
    prompts = require_file(data_dir, "moral_stories/action_pred_train.jsonl")
    situations = _situations(prompts)
    rows = tuple(replace(row, situation=situations.get(row.moral_action, "")) for row in told)
    return replace(told, files=(*told.files, prompts), rows=rows)


def read_norm_actions_file(path: Path) -> Dataset[StoryRow]:
    """Read JSON lines with ID, norm, moral_action and immoral_action: no situation is told."""
    return _stories(path, norm_actions_row)


def read_full_stories_file(path: Path) -> Dataset[StoryRow]:
    """Read JSON lines with, besides, situation, intention and the consequence of either action."""
    return _stories(path, full_story_row)


def read_stories_file(path: Path) -> Dataset[StoryRow]:
    """Read either kind of stories, told apart by whether the first one has a situation."""
    first = next(jsonl_records(path))[1]
    is_full = not isinstance(first, RowError) and "situation" in first
    return read_full_stories_file(path) if is_full else read_norm_actions_file(path)


def read_outcomes(data_dir: Path) -> Dataset[OutcomeRow]:
    """Read courses of action together with their consequence."""
    return read_outcomes_file(require_file(data_dir, "moral_stories/consequence_pred_train.jsonl"))


def read_outcomes_file(path: Path) -> Dataset[OutcomeRow]:
    """Read JSON lines with a prompt that ends in the question why an action is moral or immoral, and a completion."""
    parsed = parse_rows(path, jsonl_records(path), _outcome)
    ends = compare_ends(OUTCOMES, ((row.consequence, row.moral) for row in parsed.rows))
    labels = (row.moral for row in parsed.rows)
    return checked_dataset(OUTCOMES, LICENCE, path, parsed, labels=labels, directions=(ends,))


def read_consequences(data_dir: Path) -> Dataset[JudgedRow]:
    """Read consequences of actions; true means that the action was the moral one."""
    outcomes = read_outcomes(data_dir)
    rows = tuple(JudgedRow(text=row.consequence, context="", label=row.moral, group=row.group) for row in outcomes)
    return Dataset(
        name=outcomes.name,
        licence=outcomes.licence,
        files=outcomes.files,
        rows=rows,
        problems=outcomes.problems,
        directions=outcomes.directions,
    )


def read_moral_choice(data_dir: Path) -> Dataset[ChoiceRow]:
    """Read the clear-cut dilemmas; the first action is the favourable one."""
    return read_moral_choice_file(require_file(data_dir, "moral_choice/moralchoice_low_ambiguity.csv"))


def read_moral_choice_file(path: Path) -> Dataset[ChoiceRow]:
    """Read a CSV of 27 columns with a header: five about the scenario, two actions, ten rules for each."""
    records = csv_records(path, columns=27)
    next(records, None)
    parsed = parse_rows(path, records, _choice)
    broken = [tuple(map(len, row.broken)) for row in parsed.rows]
    require_agreement("moral_choice", (first < second for first, second in broken if first != second))
    labels = (broken for row in parsed.rows for broken in row.broken)
    return checked_dataset("moral_choice", LICENCE, path, parsed, labels=labels)


def norm_actions_row(_: int, row: JsonObject) -> StoryRow:
    """Parse ID, moral_action and immoral_action, perhaps with a norm.

    Raises:
        RowError: One of them is missing or says nothing.
    """
    identity, moral, immoral = texts(row, "ID", "moral_action", "immoral_action")
    return StoryRow(
        situation="",
        moral_action=moral.strip(),
        immoral_action=immoral.strip(),
        group=identity,
        norm=_optional(row, "norm"),
    )


def full_story_row(_: int, row: JsonObject) -> StoryRow:
    """Parse the same with situation and intention, perhaps with consequences. See ``norm_actions_row``."""
    keys = ("ID", "situation", "intention", "moral_action", "immoral_action")
    identity, situation, intention, moral, immoral = texts(row, *keys)
    return StoryRow(
        situation=f"{situation.strip()} {intention.strip()}",
        moral_action=moral.strip(),
        immoral_action=immoral.strip(),
        group=identity,
        norm=_optional(row, "norm"),
        moral_consequence=_optional(row, "moral_consequence"),
        immoral_consequence=_optional(row, "immoral_consequence"),
    )


def _stories(path: Path, parse: Callable[[int, JsonObject], StoryRow]) -> Dataset[StoryRow]:
    parsed = parse_rows(path, jsonl_records(path), parse)
    actions = chain.from_iterable(((row.moral_action, 1.0), (row.immoral_action, 0.0)) for row in parsed.rows)
    direction = compare_ends("moral_stories", actions)
    return Dataset(
        name="moral_stories",
        licence=LICENCE,
        files=(path,),
        rows=parsed.rows,
        problems=parsed.problems,
        directions=(direction,) if direction else (),
    )


def _optional(row: JsonObject, key: str) -> str:
    value = row.get(key)
    return filled(value).strip() if isinstance(value, str) and value.strip() else ""


def _outcome(_: int, row: JsonObject) -> OutcomeRow:
    prompt, completion = texts(row, "prompt", "completion")
    match = _REASON.search(prompt)
    if match is None:
        raise RowError("does not ask why an action is moral or immoral")
    return OutcomeRow(
        told=filled(prompt[: match.start()]).strip(),
        consequence=filled(_completion(completion)),
        moral=match["kind"] == "moral",
        group=prompt[:60],
    )


def _situations(path: Path) -> dict[str, str]:
    def parse(_: int, row: JsonObject) -> tuple[str, str]:
        prompt, completion = texts(row, "prompt", "completion")
        match = _PROMPT.search(prompt)
        return _completion(completion), match["situation"].strip() if match else ""

    pairs = parse_rows(path, jsonl_records(path), parse).rows
    return {action: situation for action, situation in pairs if situation}


def _completion(text: str) -> str:
    return text.strip().removesuffix("END").strip()


def _choice(_: int, fields: list[str]) -> ChoiceRow:
    flags = fields[7:27]
    if any(flag not in ("Yes", "No", "No Agreement") for flag in flags):
        raise RowError("has a rule flag that is neither Yes, No nor No Agreement")
    first, second = (
        frozenset(rule for rule, flag in zip(RULES, part, strict=True) if flag == "Yes")
        for part in (flags[:10], flags[10:])
    )
    situation, *actions = (filled(field) for field in fields[4:7])
    return ChoiceRow(
        situation=situation, actions=(actions[0], actions[1]), broken=(first, second), group=filled(fields[0])
    )
