"""Groups of texts in which the same kind of words moved an output the same way: how many, by which words, which."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from redheart_core.explain.attribution.clusters import SaliencyCluster, SaliencyClusters
from redheart_core.explain.attribution.result import Unit
from workbench.copy import UiLanguage, say
from workbench.views import numbers
from workbench.views.figure import FigureText, Table
from workbench.views.labels import shorten
from workbench.views.visible import visible_text
from workbench.views.word_map import unit_name

_DRAWN_WORDS = 5
_LABEL_WIDTH = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupWord:
    """A word that moves the output in a group more than elsewhere."""

    label: str
    score: float
    """What it adds per text of the group."""
    note: str
    """In how many of the group's texts it stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """One group as it is drawn."""

    title: str
    words: tuple[GroupWord, ...]
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupsView:
    """Every group, the largest first."""

    text: FigureText
    sentence: str
    groups: tuple[Group, ...]
    axis_label: str
    quality: str
    """How well groups part and how repeatable they are; empty for one group."""
    silent: str
    """The texts in which nothing moved the output; empty where there is none."""
    table: Table
    members: Table


def groups_view(
    found: SaliencyClusters, texts: Sequence[str], target: str, unit: Unit, language: UiLanguage
) -> GroupsView:
    """Lay out the groups.

    Args:
        found: The groups.
        texts: That were grouped, in their order.
        target: Name of the output in the reader's language.
        unit: Of the scores.
        language: Of the reader.
    """
    groups = tuple(_group(place, one, texts, language) for place, one in enumerate(found.clusters, start=1))
    counts = {"count": str(len(groups)), "total": str(len(texts)), "target": target}
    described = "; ".join(_described(group) for group in groups)
    return GroupsView(
        text=FigureText(
            title=_title(groups, counts, language),
            subtitle=say("groups.chart.subtitle", language, unit=unit_name(unit, language)),
            alt=say("groups.chart.alt", language, target=target, groups=described),
        ),
        sentence=say(f"groups.finding.{'one' if len(groups) < 2 else 'several'}", language, **counts),
        groups=groups,
        axis_label=say("groups.chart.axis", language, unit=unit_name(unit, language)),
        quality=_quality(found, language),
        silent=_silent(found, language),
        table=_words_table(found, language),
        members=_members_table(found, texts, language),
    )


def _group(place: int, cluster: SaliencyCluster, texts: Sequence[str], language: UiLanguage) -> Group:
    count = len(cluster.members)
    words = tuple(
        GroupWord(
            label=shorten(visible_text(word.text), _LABEL_WIDTH), score=word.mean_score,
            note=say("groups.chart.note", language, count=str(word.num_passages), total=str(count)),
        )
        for word in cluster.words[:_DRAWN_WORDS]
    )  # fmt: skip
    return Group(
        title=say("groups.chart.group", language, number=str(place), count=str(count)),
        words=words,
        texts=tuple(visible_text(texts[member]) for member in cluster.members),
    )


def _title(groups: Sequence[Group], counts: dict[str, str], language: UiLanguage) -> str:
    largest = next((group for group in groups if group.words), None)
    if largest is None:
        return say("groups.chart.title_none", language, **counts)
    return say("groups.chart.title", language, **counts, word=largest.words[0].label)


def _described(group: Group) -> str:
    words = ", ".join(f"{word.label} {numbers.signed_short(word.score)} ({word.note})" for word in group.words)
    return f"{group.title}: {words}"


def _quality(found: SaliencyClusters, language: UiLanguage) -> str:
    if found.silhouette is None or found.agreement is None:
        return ""
    return say(
        "groups.finding.quality", language,
        silhouette=numbers.score(found.silhouette), agreement=numbers.score(found.agreement),
    )  # fmt: skip


def _silent(found: SaliencyClusters, language: UiLanguage) -> str:
    count = len(found.without_saliency)
    return say("groups.finding.silent", language, count=str(count)) if count else ""


def _words_table(found: SaliencyClusters, language: UiLanguage) -> Table:
    columns = tuple(say(f"groups.column.{name}", language) for name in ("group", "texts", "word", "score", "with_word"))
    return Table(
        name="saliency-groups",
        columns=columns,
        rows=tuple(
            (place, len(cluster.members), visible_text(word.text), word.mean_score, word.num_passages)
            for place, cluster in enumerate(found.clusters, start=1)
            for word in cluster.words
        ),
    )


def _members_table(found: SaliencyClusters, texts: Sequence[str], language: UiLanguage) -> Table:
    of_text = {member: place for place, one in enumerate(found.clusters, start=1) for member in one.members}
    columns = tuple(say(f"groups.column.{name}", language) for name in ("place", "group", "text"))
    return Table(
        name="saliency-group-texts",
        columns=columns,
        rows=tuple((place + 1, of_text.get(place), visible_text(text)) for place, text in enumerate(texts)),
    )
