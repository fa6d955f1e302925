"""Moral Stories and MoralChoice: situations with a good and a bad course of action."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

from redheart_core.data.rows import ChoiceRow, Dataset, JudgedRow, OutcomeRow, StoryRow
from redheart_core.data.source import bad_row, read_csv, read_jsonl, require_file, require_varied

RULES = (
    "death", "pain", "disable", "freedom", "pleasure", "deceive", "cheat", "break_promise", "break_law", "duty",
)  # fmt: skip
"""MoralChoice's rules. "pleasure" is the rule against depriving somebody of it."""
_PROMPT = re.compile(r"\n (?P<situation>.*) Provide a (?:im)?moral action\. \n", re.DOTALL)
_REASON = re.compile(r"Why is this action (?P<kind>moral|immoral)\?")


def read_moral_stories(data_dir: Path, *, part: Literal["train", "dev"]) -> Dataset[StoryRow]:
    """Read stories. Those of ``train`` have a situation where the action prompts restore it, ``dev`` always."""
    if part == "dev":
        return _full_stories(data_dir)
    actions = require_file(data_dir, "moral_stories/norm_actions_train.jsonl")
    prompts = require_file(data_dir, "moral_stories/action_pred_train.jsonl")
    situations = _situations(prompts)
    rows = tuple(
        StoryRow(
            situation=situations.get(row["moral_action"].strip(), ""),
            moral_action=row["moral_action"].strip(),
            immoral_action=row["immoral_action"].strip(),
            group=row["ID"],
        )
        for row in read_jsonl(actions, keys=("ID", "moral_action", "immoral_action"))
    )
    return Dataset(name="moral_stories", licence="MIT", files=(actions, prompts), rows=rows)


def read_outcomes(data_dir: Path) -> Dataset[OutcomeRow]:
    """Read courses of action together with their consequence."""
    path = require_file(data_dir, "moral_stories/consequence_pred_train.jsonl")
    rows = []
    for number, row in enumerate(read_jsonl(path, keys=("prompt", "completion")), start=1):
        match = _REASON.search(row["prompt"])
        if match is None:
            raise bad_row(path, number, "does not ask why an action is moral or immoral")
        rows.append(
            OutcomeRow(
                told=row["prompt"][: match.start()].strip(),
                consequence=_completion(row),
                moral=match["kind"] == "moral",
                group=row["prompt"][:60],
            )
        )
    require_varied("moral_stories consequences", (row.moral for row in rows))
    return Dataset(name="moral_stories_consequences", licence="MIT", files=(path,), rows=tuple(rows))


def read_consequences(data_dir: Path) -> Dataset[JudgedRow]:
    """Read consequences of actions; true means that the action was the moral one."""
    outcomes = read_outcomes(data_dir)
    rows = tuple(JudgedRow(text=row.consequence, context="", label=row.moral, group=row.group) for row in outcomes)
    return Dataset(name=outcomes.name, licence=outcomes.licence, files=outcomes.files, rows=rows)


def read_moral_choice(data_dir: Path) -> Dataset[ChoiceRow]:
    """Read the clear-cut dilemmas; the first action is the favourable one."""
    path = require_file(data_dir, "moral_choice/moralchoice_low_ambiguity.csv")
    table = read_csv(path, columns=27)
    rows = tuple(_choice(path, number, fields) for number, fields in enumerate(table[1:], start=2))
    require_varied("moral_choice", (broken for row in rows for broken in row.broken))
    return Dataset(name="moral_choice", licence="MIT", files=(path,), rows=rows)


def _full_stories(data_dir: Path) -> Dataset[StoryRow]:
    path = require_file(data_dir, "moral_stories/full_stories_dev.jsonl")
    keys = ("ID", "situation", "intention", "moral_action", "immoral_action")
    rows = tuple(
        StoryRow(
            situation=f"{row['situation'].strip()} {row['intention'].strip()}",
            moral_action=row["moral_action"].strip(),
            immoral_action=row["immoral_action"].strip(),
            group=row["ID"],
        )
        for row in read_jsonl(path, keys=keys)
    )
    return Dataset(name="moral_stories", licence="MIT", files=(path,), rows=rows)


def _situations(path: Path) -> dict[str, str]:
    found = {}
    for row in read_jsonl(path, keys=("prompt", "completion")):
        match = _PROMPT.search(row["prompt"])
        if match is not None:
            found[_completion(row)] = match["situation"].strip()
    return found


def _completion(row: dict[str, str]) -> str:
    return row["completion"].strip().removesuffix("END").strip()


def _choice(path: Path, number: int, fields: list[str]) -> ChoiceRow:
    flags = fields[7:27]
    if any(flag not in ("Yes", "No", "No Agreement") for flag in flags):
        raise bad_row(path, number, "has a rule flag that is neither Yes, No nor No Agreement")
    first, second = (
        frozenset(rule for rule, flag in zip(RULES, part, strict=True) if flag == "Yes")
        for part in (flags[:10], flags[10:])
    )
    return ChoiceRow(situation=fields[4], actions=(fields[5], fields[6]), broken=(first, second), group=fields[0])
