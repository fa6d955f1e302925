"""Small made-up official files, each in its own format."""

from __future__ import annotations

import json
from pathlib import Path

ROWS = 20


def write_official_files(root: Path) -> dict[str, Path]:
    """Write one file per task and return their paths."""
    count = range(ROWS)
    lines = {
        "goemotions_en": [f"I feel thing {n}\t{n % 28},{(n + 20) % 28}\tid{n}" for n in count],
        "goemotions_ko": [f"기분이 {n}\t{n % 28},{(n + 20) % 28}" for n in count],
        "kote": [f"{n}\t오늘 기분 {n}\t{n % 44},{(n + 20) % 44},{(n + 40) % 44}" for n in count],
        "emobank": [
            "id,split,V,A,D,text",
            *(f"e{n},{('train', 'test')[n % 2]},{1 + n % 5},{1 + n % 4},{1 + n % 3},I feel {n}" for n in count),
        ],
        "ethics_justice": ["label,scenario", *(f"{n % 2},I deserve it because of {n}" for n in count)],
        "ethics_deontology": ["label,scenario,excuse", *(f"{n % 2},Could you do {n // 4}?,No: {n}" for n in count)],
        "ethics_virtue": ["label,scenario", *(f"{int(n % 5 == 0)},Ann {n // 5} acted [SEP] kind{n}" for n in count)],
        "ethics_utilitarianism": [f"Number {n} ate cake and laughed.,Number {n} ate mud and cried." for n in count],
        "ethics_commonsense": ["label,input,is_short,edited", *(f"{n % 2},I did {n}.,True,False" for n in count)],
        "moral_stories": [
            json.dumps({"ID": str(n), "moral_action": f"Ann helps {n}.", "immoral_action": f"Ann hurts {n}."})
            for n in count
        ],
        "e_care": [
            json.dumps(
                {
                    "premise": f"It rained {n}.",
                    "ask-for": ("cause", "effect")[n % 2],
                    "hypothesis1": f"It was wet {n}.",
                    "hypothesis2": f"It was dry {n}.",
                    "label": n % 2,
                }
            )
            for n in count
        ],
        "korean_safety": [
            json.dumps(
                [
                    {"context": f"상황 {n}", "sentence": f"문장 {n}", "sentence_label": ("safe", "unsafe")[n % 2]}
                    for n in count
                ],
                ensure_ascii=False,
            )
        ],
    }
    return {task: _write(root / f"{task}.txt", rows) for task, rows in lines.items()}


def _write(path: Path, lines: list[str]) -> Path:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path
