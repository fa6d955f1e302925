"""The tasks of the first training: which rows, turned into which targets, learned by which objective."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from redheart_core.data import causal, emotions, ethics, everyday, safety, stories
from redheart_core.data.licences import require_shippable
from redheart_core.data.rows import (
    CausalRow,
    ChoiceRow,
    Dataset,
    EmotionRow,
    JudgedRow,
    PairRow,
    Question,
    ReactionRow,
    SafetyRow,
    StoryRow,
    TraitRow,
    VadRow,
)
from redheart_core.data.source import file_sha256
from redheart_core.data.splits import hard_rows, split_groups, whole_runs
from redheart_core.model.config import ModelConfig
from redheart_core.training import objectives
from redheart_core.training.objectives import Objective
from redheart_core.vocabulary.emotions import EMOTIONS, GOEMOTIONS, KOTE
from redheart_core.vocabulary.reading import Family

Row = TypeVar("Row")
Source = TypeVar("Source")
HARMS = frozenset({"death", "pain", "disable", "freedom"})
VIRTUE_SHARE = 0.15
NEUTRAL_SENTIMENT, BLANK = 3.0, "___"
"""Of Event2Mind: the middle of its scale, and what stands for a word that was left out."""
PLACEHOLDERS = (("PersonX", "someone"), ("PersonY", "another person"), ("PersonZ", "a third person"))
LOST_PLEASURE = 0.7
"""Target for an action that breaks only the rule against depriving somebody of pleasure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One item of a task: one or two passages, each with a context, and the target columns."""

    passages: tuple[tuple[str, str], ...]
    """(text, context), the order of ``Tokenizer.encode_many``."""
    target: tuple[float, ...]
    group: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DataFile:
    """Provenance of a file that weights were trained on."""

    dataset: str
    licence: str
    name: str
    """Path below the data folder."""
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One data set with its objective."""

    name: str
    objective: Objective
    train: tuple[Example, ...]
    dev: tuple[Example, ...]
    files: tuple[DataFile, ...]


def load_tasks(data_dir: Path) -> tuple[Task, ...]:
    """Read every data set of the first training from ``data_dir``."""
    return (
        *_emotion_tasks(data_dir),
        *_ethics_tasks(data_dir),
        *_story_tasks(data_dir),
        *_question_tasks(data_dir),
        *_reaction_tasks(data_dir),
    )


def teachable(tasks: Iterable[Task], model: ModelConfig) -> tuple[Task, ...]:
    """Leave out tasks about outputs that a model does not have."""
    return tuple(task for task in tasks if set(model.families).issuperset(task.objective.families))


def _emotion_tasks(data_dir: Path) -> Iterable[Task]:
    signs = _valence_signs("goemotions")
    for language in ("en", "ko"):
        train = emotions.read_goemotions(data_dir, language=language, part="train")
        dev = emotions.read_goemotions(data_dir, language=language, part="dev")
        objective = objectives.EmotionObjective(Family.GOEMOTIONS)
        to_example = _emotion_example(GOEMOTIONS, signs)
        yield build_task(train.name, objective, data_dir, (train, dev), to_example, train.rows, dev.rows)
    kote = emotions.read_kote(data_dir)
    split = split_groups(kote, share=0.1)
    to_example = _emotion_example(KOTE, _valence_signs("kote"))
    objective = objectives.EmotionObjective(Family.KOTE)
    yield build_task("kote", objective, data_dir, (kote,), to_example, split.train, split.dev)
    ratings = emotions.read_emobank(data_dir, part="train")
    dev_ratings = emotions.read_emobank(data_dir, part="dev")
    vad = objectives.VadObjective()
    yield build_task("emobank", vad, data_dir, (ratings,), _vad_example, ratings.rows, dev_ratings.rows)


def _ethics_tasks(data_dir: Path) -> Iterable[Task]:
    pairs = ethics.read_utilitarianism(data_dir)
    split = split_groups(pairs, share=0.1)
    pleasure = objectives.PleasureObjective()
    yield build_task("utilitarianism", pleasure, data_dir, (pairs,), _pair_example, split.train, split.dev)
    for name, family, output, share, reader in (
        ("justice", Family.REASONING, "just", 0.4, ethics.read_justice),
        ("deontology", Family.REASONING, "dutiful", 0.4, ethics.read_deontology),
        ("virtue", Family.REASONING, "virtuous", VIRTUE_SHARE, ethics.read_virtue),
        ("commonsense", Family.CONDUCT, "blameless", 0.4, ethics.read_commonsense),
    ):
        rows = reader(data_dir)
        judged = split_groups(rows, share=share)
        objective = objectives.JudgedObjective(family, output)
        yield build_task(name, objective, data_dir, (rows,), _judged_example, judged.train, judged.dev)


def _story_tasks(data_dir: Path) -> Iterable[Task]:
    train = stories.read_moral_stories(data_dir, part="train")
    dev = stories.read_moral_stories(data_dir, part="dev")
    story = objectives.StoryObjective()
    yield build_task("moral_stories", story, data_dir, (train, dev), _story_example, train.rows, dev.rows)
    results = stories.read_consequences(data_dir)
    split = split_groups(results, share=0.1)
    pleasant = objectives.JudgedObjective(Family.HEDONIC, "hedonic")
    yield build_task("consequences", pleasant, data_dir, (results,), _judged_example, split.train, split.dev)
    choices = stories.read_moral_choice(data_dir)
    halves = split_groups(choices, share=0.15)
    choice = objectives.ChoiceObjective()
    yield build_task("moral_choice", choice, data_dir, (choices,), _choice_example, halves.train, halves.dev)


def _question_tasks(data_dir: Path) -> Iterable[Task]:
    traits = ethics.read_traits(data_dir)
    split = split_groups(traits, share=0.4)
    asked = tuple(_asked_about_traits(data_dir, traits, {row.group for row in split.dev}))
    shown = objectives.JudgedObjective(Family.TRAIT, "shown")
    yield build_task("traits", shown, data_dir, (traits,), _trait_example, split.train, asked)
    choices = causal.read_e_care(data_dir)
    halves = split_groups(choices, share=0.1)
    for question in Question:
        train, dev = (tuple(row for row in side if row.asks is question) for side in (halves.train, halves.dev))
        wanted = objectives.PreferenceObjective(Family.CAUSAL, question.value)
        yield build_task(f"e_care_{question.value}", wanted, data_dir, (choices,), _causal_example, train, dev)
    news, checked = (causal.read_causal_news(data_dir, part=part) for part in ("train", "dev"))
    states = objectives.JudgedObjective(Family.CAUSAL, "states")
    yield build_task("causal_news", states, data_dir, (news, checked), _judged_example, news.rows, checked.rows)
    for output, rows, share in (
        ("unsafe", safety.read_kosbi(data_dir), 0.15),
        ("sensitive", safety.read_square(data_dir), 0.15),
    ):
        sides = split_groups(rows, share=share)
        safe = objectives.JudgedObjective(Family.SAFETY, output)
        yield build_task(rows.name, safe, data_dir, (rows,), _safety_example, sides.train, sides.dev)


def _asked_about_traits(data_dir: Path, traits: Dataset[TraitRow], dev_groups: set[str]) -> Iterable[TraitRow]:
    """Keep the runs that the official score counts, without conduct that teaches `virtuous`."""
    known = {row.group for row in split_groups(ethics.read_virtue(data_dir), share=VIRTUE_SHARE).train}
    for row in whole_runs(hard_rows(traits), ethics.VIRTUE_BLOCK):
        if row.group in dev_groups and row.group not in known:
            yield row


def _reaction_tasks(data_dir: Path) -> Iterable[Task]:
    """How people feel about what they did: only events whose raters agree on the sign, once each."""
    train, dev = (everyday.read_reactions(data_dir, part=part) for part in ("train", "dev"))
    sides = [tuple(_agreed_reactions(part.rows)) for part in (train, dev)]
    pleasant = objectives.JudgedObjective(Family.HEDONIC, "hedonic")
    yield build_task("event2mind", pleasant, data_dir, (train, dev), _judged_example, sides[0], sides[1])


def _agreed_reactions(rows: Iterable[ReactionRow]) -> Iterable[JudgedRow]:
    """Keep events after which everybody concerned, in every rater's eyes, feels good, or everybody feels bad."""
    sentiments: dict[str, list[float | None]] = defaultdict(list)
    for row in rows:
        sentiments[row.event] += [row.own_sentiment, row.others_sentiment]
    for event, felt in sentiments.items():
        pleasant = {sentiment > NEUTRAL_SENTIMENT for sentiment in felt if sentiment is not None}
        if len(pleasant) == 1 and NEUTRAL_SENTIMENT not in felt and BLANK not in event:
            yield JudgedRow(text=_named(event), context="", label=pleasant.pop(), group=event)


def _named(event: str) -> str:
    for placeholder, word in PLACEHOLDERS:
        event = event.replace(placeholder, word)
    return event[:1].upper() + event[1:]


def build_task(
    name: str,
    objective: Objective,
    data_dir: Path,
    sources: tuple[Dataset[Source], ...],
    to_example: Callable[[Row], Example],
    train: Iterable[Row],
    dev: Iterable[Row],
) -> Task:
    """Convert the rows of both sides and note the files they came from.

    Raises:
        DataError: The licence of a set does not allow that weights learned from it are passed on.
    """
    require_shippable(sources)
    return Task(
        name=name,
        objective=objective,
        train=tuple(map(to_example, train)),
        dev=tuple(map(to_example, dev)),
        files=tuple(
            DataFile(
                dataset=source.name,
                licence=source.licence,
                name=path.relative_to(data_dir).as_posix(),
                sha256=file_sha256(path),
            )
            for source in sources
            for path in source.files
        ),
    )


def _valence_signs(column: str) -> dict[str, int]:
    signs = {}
    for emotion in EMOTIONS.values():
        category = emotion.goemotions if column == "goemotions" else emotion.kote
        if category is not None:
            signs[category] = emotion.valence
    return signs


def _emotion_example(vocabulary: tuple[str, ...], signs: dict[str, int]) -> Callable[[EmotionRow], Example]:
    def convert(row: EmotionRow) -> Example:
        present = [1.0 if index in row.labels else 0.0 for index in range(len(vocabulary))]
        valences = [signs[vocabulary[index]] for index in row.labels]
        known = [sign for sign in valences if sign != 0] or [0]
        agree = len(set(known)) == 1
        target = (*present, 0.5 + 0.5 * known[0], 1.0 if agree else 0.0)
        return Example(passages=((row.text, ""),), target=target, group=row.group)

    return convert


def _vad_example(row: VadRow) -> Example:
    ratings = tuple((rating - 1) / 4 for rating in (row.valence, row.arousal, row.dominance))
    return Example(passages=((row.text, ""),), target=ratings, group=row.group)


def _pair_example(row: PairRow) -> Example:
    return Example(passages=((row.better, ""), (row.worse, "")), target=(1.0,), group=row.group)


def _judged_example(row: JudgedRow) -> Example:
    return Example(passages=((row.text, row.context),), target=(float(row.label),), group=row.group)


def _trait_example(row: TraitRow) -> Example:
    return Example(passages=((row.trait, row.scenario),), target=(float(row.label),), group=row.group)


def _causal_example(row: CausalRow) -> Example:
    right, wrong = row.hypotheses[row.correct], row.hypotheses[1 - row.correct]
    return Example(passages=((right, row.premise), (wrong, row.premise)), target=(1.0,), group=row.group)


def _safety_example(row: SafetyRow) -> Example:
    return Example(passages=((row.text, row.context),), target=(float(row.label),), group=row.group)


def _story_example(row: StoryRow) -> Example:
    passages = ((row.moral_action, row.situation), (row.immoral_action, row.situation))
    return Example(passages=passages, target=(1.0,), group=row.group)


def _choice_example(row: ChoiceRow) -> Example:
    passages = ((row.actions[0], row.situation), (row.actions[1], row.situation))
    return Example(passages=passages, target=(_harm(row.broken[0]), _harm(row.broken[1])), group=row.group)


def _harm(broken: frozenset[str]) -> float:
    if broken & HARMS:
        return 1.0
    return LOST_PLEASURE if "pleasure" in broken else 0.0
