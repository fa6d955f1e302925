"""A person's own data: CSV or JSON lines in a documented schema, one schema per kind of task.

Every kind may carry ``group`` (rows of one group stay on one side of a split; left out, equal texts make a group) and
``language`` (ko or en). In CSV the first row names the columns, and several emotions are parted by ``;``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from redheart_core.data.fields import RowError, filled
from redheart_core.data.records import csv_table, decoded, json_line_objects, read_text
from redheart_core.data.rows import Dataset, EmotionRow, Grouped, JudgedRow, PairRow, RatingRow
from redheart_core.data.source import Parsed, collect_rows, require_few, require_varied
from redheart_core.data.statistics import describe_row
from redheart_core.errors import DataError
from redheart_core.vocabulary.emotions import GOEMOTIONS, KOTE

UNSTATED = "not stated"
"""Licence of data whose owner named none: it may be trained on, and nothing trained on it is shipped."""
SEPARATOR = ";"
_CSV, _JSON_LINES = ".csv", (".jsonl", ".ndjson")


class Kind(StrEnum):
    """What a file of one's own teaches."""

    EMOTIONS = "emotions"
    EMOTIONS_KO = "emotions-ko"
    RATING = "rating"
    JUDGED = "judged"
    PAIR = "pair"


def _parts(value: object) -> object:
    return [part.strip() for part in value.split(SEPARATOR) if part.strip()] if isinstance(value, str) else value


def _written(value: str) -> str:
    try:
        return filled(value).strip()
    except RowError as error:
        raise ValueError(str(error)) from error


Text = Annotated[str, Field(max_length=100_000), AfterValidator(_written)]
GoEmotion = Literal[GOEMOTIONS]  # type: ignore[valid-type]  # a tuple of names known when this is imported
KoteEmotion = Literal[KOTE]  # type: ignore[valid-type]


class OwnRecord(BaseModel):
    """What every kind of row may say."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    group: str = Field(default="", max_length=1_000, description="Rows of one group stay together in splits.")
    language: Literal["ko", "en", ""] = Field(default="", description="ko or en; may be left out.")


class EmotionsRecord(OwnRecord):
    """A passage with the GoEmotions categories that are in it."""

    text: Text
    labels: Annotated[tuple[GoEmotion, ...], BeforeValidator(_parts)] = Field(
        min_length=1, description="GoEmotions names; in CSV parted by ';'."
    )

    def row(self) -> EmotionRow:
        """Return it as training reads it."""
        labels = tuple(sorted({GOEMOTIONS.index(label) for label in self.labels}))
        return EmotionRow(text=self.text, labels=labels, group=self.group or self.text)


class KoteRecord(OwnRecord):
    """A passage with the KOTE categories that are in it."""

    text: Text
    labels: Annotated[tuple[KoteEmotion, ...], BeforeValidator(_parts)] = Field(
        min_length=1, description="KOTE names in Korean; in CSV parted by ';'."
    )

    def row(self) -> EmotionRow:
        """Return it as training reads it."""
        labels = tuple(sorted({KOTE.index(label) for label in self.labels}))
        return EmotionRow(text=self.text, labels=labels, group=self.group or self.text)


class RatingRecord(OwnRecord):
    """A passage with one rating."""

    text: Text
    rating: float = Field(ge=1, le=5, allow_inf_nan=False, description="From 1 to 5.")

    def row(self) -> RatingRow:
        """Return it as training reads it."""
        return RatingRow(text=self.text, rating=self.rating, group=self.group or self.text)


class JudgedRecord(OwnRecord):
    """A passage that was affirmed or denied."""

    text: Text
    context: str = Field(default="", max_length=100_000, description="What the passage is judged against.")
    label: bool = Field(description="true, yes or 1; false, no or 0.")

    def row(self) -> JudgedRow:
        """Return it as training reads it."""
        context = self.context.strip()
        return JudgedRow(text=self.text, context=context, label=self.label, group=self.group or context or self.text)


class PairRecord(OwnRecord):
    """Two passages of which the first is the better one."""

    better: Text
    worse: Text

    def row(self) -> PairRow:
        """Return it as training reads it."""
        if self.better == self.worse:
            raise RowError("has two equal passages")
        return PairRow(better=self.better, worse=self.worse, group=self.group or self.better)


RECORDS: Mapping[Kind, type[EmotionsRecord | KoteRecord | RatingRecord | JudgedRecord | PairRecord]] = MappingProxyType(
    {
        Kind.EMOTIONS: EmotionsRecord,
        Kind.EMOTIONS_KO: KoteRecord,
        Kind.RATING: RatingRecord,
        Kind.JUDGED: JudgedRecord,
        Kind.PAIR: PairRecord,
    }
)
_NAMES = {Kind.EMOTIONS: "goemotions_own", Kind.EMOTIONS_KO: "kote_own"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """What a look at a file of one's own found."""

    dataset: Dataset[Grouped]
    """The rows that can be used, with the problems of the others."""
    refusal: str
    """Why training would refuse the file; empty where it would not."""


def read_own(path: Path, kind: Kind, *, licence: str = UNSTATED) -> Dataset[Grouped]:
    """Read a file of one's own.

    Raises:
        DataError: The file cannot be read, more than 1 % of its rows are bad, or its label never changes.
    """
    check = check_own(path, kind, licence=licence)
    if check.refusal:
        raise DataError(check.refusal)
    return check.dataset


def check_own(path: Path, kind: Kind, *, licence: str = UNSTATED) -> Check:
    """Read a file of one's own with every problem, whether or not training would refuse it.

    Raises:
        DataError: The file cannot be read at all.
    """
    _require_known(path)
    return _checked(path, read_text(path), kind, licence)


def check_own_content(name: str, content: bytes, kind: Kind, *, licence: str = UNSTATED) -> Check:
    """Check a file that was given as bytes; see ``check_own``. The name tells the format and no more.

    Raises:
        DataError: The content cannot be read at all.
    """
    path = Path(Path(name).name)
    _require_known(path)
    return _checked(path, decoded(path, content), kind, licence)


def _checked(path: Path, text: str, kind: Kind, licence: str) -> Check:
    records = csv_table(path, text) if path.suffix == _CSV else json_line_objects(text)
    parsed = collect_rows(path, records, _parser(kind))
    name = _NAMES.get(kind, f"own_{kind.value}")
    dataset = Dataset(name=name, licence=licence, files=(path,), rows=parsed.rows, problems=parsed.problems)
    try:
        _require_usable(path, kind, parsed)
    except DataError as error:
        return Check(dataset=dataset, refusal=str(error))
    return Check(dataset=dataset, refusal="")


def _require_usable(path: Path, kind: Kind, parsed: Parsed[Grouped]) -> None:
    require_few(path, len(parsed.rows), parsed.problems)
    if kind is not Kind.PAIR:
        described = [describe_row(row) for row in parsed.rows]
        require_varied(str(path), ((row.labels, row.ratings) for row in described))


def _require_known(path: Path) -> None:
    if path.suffix not in (_CSV, *_JSON_LINES):
        raise DataError(f"{path} is neither .csv nor .jsonl. Save it as one of these.")


def _parser(kind: Kind) -> Callable[[int, Mapping[str, object]], Grouped]:
    def parse(_: int, record: Mapping[str, object]) -> Grouped:
        try:
            return RECORDS[kind].model_validate(record).row()
        except ValidationError as error:
            raise RowError("; ".join(_reasons(error))) from error

    return parse


def _reasons(error: ValidationError) -> Iterator[str]:
    for one in error.errors(include_url=False, include_context=False, include_input=True):
        given = repr(one["input"])[:40] if one["type"] not in ("missing", "extra_forbidden") else ""
        place = ".".join(str(part) for part in one["loc"])
        yield f"has {place}: {one['msg']}{f' (given {given})' if given else ''}"
