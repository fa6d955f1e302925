"""How far default attributions miss their sums on real texts."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from redheart_core.data.emotions import read_goemotions, read_kote
from redheart_core.explain.attribution.attribute import attribute
from redheart_core.explain.attribution.request import DEFAULT_BASELINE, DEFAULT_METHOD, AttributionRequest
from redheart_core.explain.attribution.trust.completeness import LIMITS, Completeness, check_completeness
from redheart_core.explain.attribution.trust.verdict import Verdict
from redheart_core.inference.leased import LeasedReader
from redheart_core.measurements.recorded import Scalar

TARGETS = ("emotion/joy", "kote/anger", "vad/valence", "hedonic/hedonic", "reasoning/acceptable")
NUM_TEXTS = 100
Row = dict[str, Scalar]
NOTES = (
    "Integrated gradients with default options against the default baseline, in each target's default unit.",
    "Half of the texts English (GoEmotions, development part), half Korean (KOTE), spread evenly over their files.",
    "within_1_percent and within_5_percent: shares of all attributions. not_stated: the baseline is too close to the "
    "passage to state a relative error; its absolute error is below 0.001.",
    "flagged: every attribution that its completeness check does not call good.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyText:
    """A text by its place in a data set; the text itself is not recorded."""

    source: str
    place: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One attribution of one text."""

    text: StudyText
    target: str
    sides: Completeness

    @property
    def verdict(self) -> Verdict:
        """Of the completeness check."""
        return check_completeness(self.sides).verdict


def study_texts(data: Path, count: int = NUM_TEXTS) -> tuple[StudyText, ...]:
    """Return as many English as Korean comments.

    Raises:
        DataError: A data set is missing.
    """
    english = [row.text for row in read_goemotions(data, language="en", part="dev")]
    korean = [row.text for row in read_kote(data)]
    return (*_spread("goemotions_en/dev", english, count // 2), *_spread("kote", korean, count - count // 2))


def run_study(reader: LeasedReader, texts: Sequence[StudyText], targets: Sequence[str]) -> Iterator[Outcome]:
    """Yield every attribution as it is made."""
    for text in texts:
        for target in targets:
            attribution = attribute(AttributionRequest(text=text.text, target=target), reader)
            yield Outcome(text=text, target=attribution.key.target, sides=Completeness.of(attribution))


def summary_rows(outcomes: Sequence[Outcome]) -> list[Row]:
    """Return a row for all attributions, then one for each target."""
    targets = dict.fromkeys(outcome.target for outcome in outcomes)
    groups = {"all": list(outcomes)}
    groups |= {target: [each for each in outcomes if each.target == target] for target in targets}
    return [_summary(name, group) for name, group in groups.items()]


def flagged_rows(outcomes: Sequence[Outcome]) -> list[Row]:
    """Return a row for each attribution whose sum is not good, the largest errors first."""
    flagged = [each for each in outcomes if each.verdict in {Verdict.DOUBTFUL, Verdict.FAILED}]
    return [_flagged(each) for each in sorted(flagged, key=lambda each: -(each.sides.relative_error or 0))]


def facts_of(reader: LeasedReader, num_texts: int) -> Row:
    """Return what the study was made with."""
    return {
        "checkpoint": reader.checkpoint_sha256,
        "texts": num_texts,
        "method": DEFAULT_METHOD,
        "baseline": DEFAULT_BASELINE,
        "good_limit": LIMITS.good,
        "doubtful_limit": LIMITS.doubtful,
    }


def _spread(source: str, texts: Sequence[str], count: int) -> list[StudyText]:
    places = [place * len(texts) // count for place in range(count)]
    return [StudyText(source=source, place=place, text=texts[place]) for place in places]


def _summary(name: str, group: Sequence[Outcome]) -> Row:
    shares = [each.sides.relative_error for each in group if each.sides.relative_error is not None]
    verdicts = [each.verdict for each in group]
    return {
        "kind": "target",
        "target": name,
        "attributions": len(group),
        "within_1_percent": sum(share <= LIMITS.good for share in shares) / len(group),
        "within_5_percent": sum(share <= LIMITS.doubtful for share in shares) / len(group),
        "not_stated": verdicts.count(Verdict.NOT_APPLICABLE) / len(group),
        "flagged": (verdicts.count(Verdict.DOUBTFUL) + verdicts.count(Verdict.FAILED)) / len(group),
        "median_relative_error": statistics.median(shares) if shares else None,
        "largest_relative_error": max(shares, default=None),
        "largest_absolute_error": max(abs(each.sides.error) for each in group),
    }


def _flagged(outcome: Outcome) -> Row:
    return {
        "kind": "flagged",
        "target": outcome.target,
        "source": outcome.text.source,
        "place": outcome.text.place,
        "verdict": outcome.verdict.value,
        "difference": outcome.sides.difference,
        "relative_error": outcome.sides.relative_error,
    }
