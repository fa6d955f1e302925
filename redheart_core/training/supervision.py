"""Tasks for the outputs that no data set labels: grades, outcomes, four types of regret, the decomposition.

Every target is either a human label, a statement of the text rules, or both together, and is a *proxy*:

    grade         human category × number of signs of arousal in the text. EmoBank's mean arousal (1 to 5) by
                  number of signs: none 3.01 (6,119 passages), one 3.14 (1,651), two 3.20 (288), three 3.63 (4)
    outcome       ½ · [people wrote it for the moral course] + ½ · (hedonic value of the consequence by rules, as 0..1)
    action        immoral (human) · (1 - omission (rule)): the regret formulas with the label for the missing score
    inaction      immoral (human) · omission (rule)
    timing        immoral (human) · |urgency - propinquity| (rules)
    anticipated   disappointment (human): GoEmotions defines it as hopes or expectations that were not fulfilled
    SURD          computed elsewhere by the estimator and handed in

Source of the definition: Demszky et al. 2020, https://arxiv.org/abs/2005.00547, table of emotion definitions.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from redheart_core.data import emotions, stories
from redheart_core.data.rows import Dataset, EmotionRow, OutcomeRow, StoryRow
from redheart_core.data.source import require_varied
from redheart_core.data.splits import split_groups
from redheart_core.reasoning.bentham import hedonic_base, omission, propinquity_base, urgency
from redheart_core.text.extract import extract_features
from redheart_core.text.features import CueKind, TextFeatures
from redheart_core.training.proxy_objectives import (
    DECISION_TYPES,
    NuanceObjective,
    OutcomeObjective,
    RegretProxyObjective,
    SurdObjective,
)
from redheart_core.training.tasks import Example, Task, build_task
from redheart_core.vocabulary.bentham import RegretType
from redheart_core.vocabulary.emotions import GOEMOTIONS, KOTE, NUANCES, Grade

_Row = TypeVar("_Row")
GRADES = tuple(Grade)
GRADED_ROWS = 8_000
"""Rows of each data set that the rules read; they take about 0.2 ms each, and every n-th row is as good as all."""
NEUTRAL_TIME = 0.5
"""Propinquity where the text says nothing of time."""
_NOTHING = extract_features("")


@dataclass(frozen=True, slots=True, kw_only=True)
class SurdExample:
    """A passage with the shares of its decomposition, computed by the estimator over variants of the passage."""

    text: str
    shares: tuple[float, float, float, float]
    """Redundant, unique, synergistic and leaked share of the target's entropy, in the order of the outputs."""


def load_supervision(
    data_dir: Path, *, decompositions: Sequence[SurdExample] = (), max_rows: int = GRADED_ROWS
) -> tuple[Task, ...]:
    """Build the proxy tasks.

    Args:
        data_dir: Folder of the data sets.
        decompositions: For the SURD outputs; without any, there is no such task.
        max_rows: The most rows of one data set that are read.

    Raises:
        DataError: A data set is missing or malformed, or a target is constant.
    """
    tasks = [*_nuance_tasks(data_dir, max_rows), *_disappointment_tasks(data_dir, max_rows)]
    tasks += [_outcome_task(data_dir), _decision_task(data_dir, max_rows)]
    if decompositions:
        tasks.append(_surd_task(decompositions))
    for task in tasks:
        require_varied(f"{task.name} (proxy)", (value for example in task.train for value in example.target))
    return tuple(tasks)


def arousal_signs(features: TextFeatures) -> int:
    """Count signs of arousal, 0 to 3: an affirmed word of feeling, something strengthened, exclamation marks."""
    strengths = [cue.strength for cue in features.of_kind(CueKind.EMOTION) if not cue.negated]
    strengthened = any(strength > 1 for strength in strengths)
    strengthened |= any(cue.value > 1 for cue in features.of_kind(CueKind.INTENSIFIER))
    exclamations = min(2, len(features.of_kind(CueKind.EXCLAMATION)))
    return min(3, bool(strengths) + strengthened + exclamations)


def outcome_polarity(row: OutcomeRow) -> float:
    """Return the proxy for how well a course turned out, 0 to 1 (module docstring)."""
    hedonic: float = hedonic_base(option=extract_features(row.consequence), situation=_NOTHING)["value"]
    return 0.5 * row.moral + 0.5 * (0.5 + 0.5 * hedonic)


def decision_regrets(action: str, situation: str, *, immoral: bool) -> tuple[float, float, float]:
    """Return the proxies for regret of action, inaction and timing, each 0 to 1 (module docstring)."""
    if not immoral:
        return 0.0, 0.0, 0.0
    told, around = extract_features(action), extract_features(situation)
    left_undone = omission(option=told)
    near: float = propinquity_base(option=told, situation=around, prior=NEUTRAL_TIME)["value"]
    return 1.0 - left_undone, left_undone, abs(urgency(option=told, situation=around) - near)


def _nuance_tasks(data_dir: Path, max_rows: int) -> Iterator[Task]:
    for language in ("en", "ko"):
        train = emotions.read_goemotions(data_dir, language=language, part="train")
        dev = emotions.read_goemotions(data_dir, language=language, part="dev")
        sides = (_strided(train.rows, max_rows), _strided(dev.rows, max_rows // 8))
        yield build_task(f"nuance_{language}", NuanceObjective(), data_dir, (train, dev), _nuance_example, *sides)


def _nuance_example(row: EmotionRow) -> Example:
    grade = GRADES[arousal_signs(extract_features(row.text))]
    present = {f"{GOEMOTIONS[label]}.{grade.value}" for label in row.labels}
    target = tuple(1.0 if name in present else 0.0 for name in NUANCES)
    return Example(passages=((row.text, ""),), target=target, group=row.group)


def _disappointment_tasks(data_dir: Path, max_rows: int) -> Iterator[Task]:
    train = emotions.read_goemotions(data_dir, language="en", part="train")
    dev = emotions.read_goemotions(data_dir, language="en", part="dev")
    label = GOEMOTIONS.index("disappointment")
    yield _disappointment_task(data_dir, (train, dev), (train.rows, dev.rows), label, max_rows)
    kote = emotions.read_kote(data_dir)
    split = split_groups(kote, share=0.1)
    label = KOTE.index("안타까움/실망")
    yield _disappointment_task(data_dir, (kote,), (split.train, split.dev), label, max_rows)


def _disappointment_task(
    data_dir: Path,
    sources: tuple[Dataset[EmotionRow], ...],
    sides: tuple[Sequence[EmotionRow], Sequence[EmotionRow]],
    label: int,
    max_rows: int,
) -> Task:
    def convert(row: EmotionRow) -> Example:
        return Example(passages=((row.text, ""),), target=(float(label in row.labels),), group=row.group)

    objective = RegretProxyObjective((RegretType.ANTICIPATED,))
    train, dev = _balanced(sides[0], label, max_rows), _balanced(sides[1], label, max_rows // 8)
    return build_task(f"disappointment_{sources[0].name}", objective, data_dir, sources, convert, train, dev)


def _outcome_task(data_dir: Path) -> Task:
    rows = stories.read_outcomes(data_dir)
    split = split_groups(rows, share=0.1)

    def convert(row: OutcomeRow) -> Example:
        return Example(passages=((row.told, ""),), target=(outcome_polarity(row),), group=row.group)

    return build_task("outcomes", OutcomeObjective(), data_dir, (rows,), convert, split.train, split.dev)


def _decision_task(data_dir: Path, max_rows: int) -> Task:
    train = stories.read_moral_stories(data_dir, part="train")
    dev = stories.read_moral_stories(data_dir, part="dev")
    objective = RegretProxyObjective(DECISION_TYPES)
    courses = (tuple(_courses(_strided(rows, max_rows // 2))) for rows in (train.rows, dev.rows))
    return build_task("decisions", objective, data_dir, (train, dev), _decision_example, *courses)


def _courses(rows: Iterable[StoryRow]) -> Iterator[tuple[StoryRow, bool]]:
    for row in rows:
        yield row, False
        yield row, True


def _decision_example(course: tuple[StoryRow, bool]) -> Example:
    row, immoral = course
    action = row.immoral_action if immoral else row.moral_action
    target = decision_regrets(action, row.situation, immoral=immoral)
    return Example(passages=((action, row.situation),), target=target, group=row.group)


def _surd_task(decompositions: Sequence[SurdExample]) -> Task:
    examples = tuple(
        Example(passages=((item.text, ""),), target=item.shares, group=item.text) for item in decompositions
    )
    dev = examples[::8]
    train = tuple(example for place, example in enumerate(examples) if place % 8) or examples
    return Task(name="decompositions", objective=SurdObjective(), train=train, dev=dev, files=())


def _balanced(rows: Sequence[EmotionRow], label: int, max_rows: int) -> tuple[EmotionRow, ...]:
    """Keep as many rows without the label as with it, spread over the file."""
    having = _strided([row for row in rows if label in row.labels], max_rows // 2)
    lacking = _strided([row for row in rows if label not in row.labels], max(len(having), 1))
    return (*having, *lacking)


def _strided(rows: Sequence[_Row], max_rows: int) -> tuple[_Row, ...]:
    return tuple(rows[:: max(1, -(-len(rows) // max(max_rows, 1)))])
