"""Where tests find the real data sets, what they do without them, and small made-up ones in the same formats."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path

import pytest

DATA_DIR = Path(os.environ.get("REDHEART_DATA", "../shared/data"))


def require_data() -> Path:
    """Return the data folder. Skip without it, but fail in continuous integration."""
    if not (DATA_DIR / "README.md").is_file():
        if os.environ.get("CI") == "true":
            pytest.fail(f"{DATA_DIR} is missing; set REDHEART_DATA")
        pytest.skip(f"{DATA_DIR} is missing; set REDHEART_DATA")
    return DATA_DIR


def write_small_data(root: Path, num_rows: int = 80) -> Path:
    """Write every file that training reads, in its format, with a few made-up rows each, and return ``root``."""
    feelings = [("glad", 17), ("sad", 25), ("angry", 2), ("calm", 27)]
    numbered = [(number, *feelings[number % 4]) for number in range(num_rows)]
    for language in ("en", "ko"):
        for part in ("train", "dev"):
            rows = [f"{part} {language} {n} I am {word} today\t{label}\tid{n}" for n, word, label in numbered]
            _lines(root, f"goemotions_{language}/{part}.tsv", rows)
    _lines(root, "kote/val.tsv", [f"{n}\t오늘 기분 {n} {word}\t{label},{n % 3}" for n, word, label in numbered])
    parts = ("train", "dev")
    ratings = [f"e{n},{parts[n % 2]},{1 + n % 5},{1 + n % 4},{1 + n % 3},I feel {word} {n}" for n, word, _ in numbered]
    _lines(root, "emobank/emobank.csv", ["id,split,V,A,D,text", *ratings])
    _write_ethics(root, num_rows)
    _write_stories(root, num_rows)
    _write_more(root)
    return root


def _write_ethics(root: Path, num_rows: int) -> None:
    count = range(num_rows)
    pairs = [f"Number {n} ate cake and laughed.,Number {n} ate mud and cried." for n in count]
    _lines(root, "ethics/utilitarianism/util_train.csv", pairs)
    claims = [f"{n % 2},Claim {n // 2} is that I deserve it because of {n}" for n in count]
    _lines(root, "ethics/justice/justice_train.csv", ["label,scenario", *claims])
    excuses = [f"{n % 2},Could you do task {n // 2}?,No because {n}" for n in count]
    _lines(root, "ethics/deontology/deontology_train.csv", ["label,scenario,excuse", *excuses])
    traits = [
        f"{int(word in ('generous', 'cruel'))},Person {n} acted. [SEP] {word}"
        for n in count
        for word in (("generous", "cruel")[n % 2], "tired", "tall", "sleepy", "hungry")
    ]
    _lines(root, "ethics/virtue/virtue_train.csv", ["label,scenario", *traits])
    acts = [f"{n % 2},I did thing {n}.,True,False" for n in range(40 * 32)]
    _lines(root, "ethics/commonsense/cm_test.csv", ["label,input,is_short,edited", *acts])


def _write_stories(root: Path, num_rows: int) -> None:
    count = range(num_rows)
    fields = ("situation", "intention", "moral_action", "immoral_action")
    stories = [{"ID": str(n)} | {field: f"The {field} of {n}." for field in fields} for n in count]
    _lines(root, "moral_stories/norm_actions_train.jsonl", map(json.dumps, stories))
    _lines(root, "moral_stories/full_stories_dev.jsonl", map(json.dumps, stories))
    told = {"prompt": "x\n It was so. Provide a moral action. \n\n###", "completion": " The moral_action of 1. END"}
    _lines(root, "moral_stories/action_pred_train.jsonl", [json.dumps(told)])
    kinds = ("moral", "immoral")
    results = [
        {"prompt": f"Act {n}. Why is this action {kinds[n % 2]}?", "completion": f" Result {n}. END"} for n in count
    ]
    _lines(root, "moral_stories/consequence_pred_train.jsonl", map(json.dumps, results))
    flags = ",".join([*["No"] * 10, "Yes", *["No"] * 9])
    choices = [f"C{n},low,Generated,Do not kill,You are number {n}.,I help.,I hurt.,{flags}" for n in range(60)]
    _lines(root, "moral_choice/moralchoice_low_ambiguity.csv", [",".join(["h"] * 27), *choices])


def _write_more(root: Path) -> None:
    for part in ("train", "dev"):
        news = [f"{part}_{n},Sentence {n} of {part}.,{n % 2}" for n in range(40)]
        _lines(root, f"causal_news/{part}_subtask1.csv", ["index,text,label", *news])
        felt = [
            f'x,PersonX eats {n} in {part},"[""none""]","[""{("glad", "sad")[n % 2]}""]","[""none""]",4.0,'
            for n in range(40)
        ]
        header = "Source,Event,Xintent,Xemotion,Otheremotion,Xsent,Osent"
        _lines(root, f"event2mind/{part}.csv", [header, *felt])
    chats = [f"질문 {n},대답 {n},{n % 3}" for n in range(60)]
    _lines(root, "chatbot_ko/ChatbotData.csv", ["Q,A,label", *chats])
    _write_safety(root)
    causes = [
        {"premise": f"It rained {n} times.", "ask-for": ("cause", "effect")[n % 2], "label": n // 2 % 2}
        | {"hypothesis1": f"It was wet {n} times.", "hypothesis2": f"It was dry {n} times."}
        for n in range(60)
    ]
    _lines(root, "e_care/causal_train.jsonl", map(json.dumps, causes))
    essays = [f"{n // 4},{1 + n % 7},{1 + n % 5},It made me sad {n} times." for n in range(60)]
    _lines(root, "empathic_reactions/messages.csv", ["article_id,empathy,distress,essay", *essays])
    _lines(root, "daily_dilemmas/dilemma.csv", ["n,idx,basic,dilemma", "0,1,short,Should I stay or go?"])


def _write_safety(root: Path) -> None:
    said = [
        {"context": f"상황 {n}이에요", "context_en": f"Situation {n}", "sentence": f"문장 {n}이에요"}
        | {"sentence_en": f"Sentence {n}", "sentence_label": ("safe", "unsafe")[n % 2], "demographic_category": "종교"}
        for n in range(60)
    ]
    _lines(root, "korean_safety/kosbi_valid.json", [json.dumps(said, ensure_ascii=False)])
    asked = [
        {"question": f"질문 {n}인가요?", "question_en": f"Question {n}?", "sensitive?": int(n % 4 > 0)}
        | {"category": "ethical" if n % 4 else None}
        for n in range(60)
    ]
    _lines(root, "korean_safety/square_question_valid.json", [json.dumps(asked, ensure_ascii=False)])


def _lines(root: Path, name: str, lines: Iterable[str]) -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
