"""Which components tell the score of real dilemmas: a thousand stories, scored, asked and recorded.

    python -m redheart_core.explain.surd.populations.dilemma_study --data ../shared/data [--cache DIR]

scores both courses of the whole stories of Moral Stories (MIT) with a checkpoint, asks each component alone and then
the questions below, and writes ``measurements/data/surd_dilemmas.json``. Every sentence is made from the numbers. The
questions were fixed before any number was seen. To be run again when the checkpoint changes; the scores take most of
the time and are kept in the cache.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path

import click
import numpy as np

from redheart_core.explain.surd.observations import Coding
from redheart_core.explain.surd.populations.components import FEELING
from redheart_core.explain.surd.populations.population import Population
from redheart_core.explain.surd.populations.question import Answer, Question, answer
from redheart_core.explain.surd.populations.reading import reading
from redheart_core.explain.surd.populations.scored import scored_population
from redheart_core.explain.surd.populations.sets import DILEMMAS, read_set
from redheart_core.explain.surd.report import Interval, ReportSettings
from redheart_core.explain.surd.significance import holm
from redheart_core.inference.engine import load_model
from redheart_core.measurements import Scalar, save_measurement
from redheart_core.reasoning import score
from redheart_core.vocabulary.bentham import View
from redheart_core.vocabulary.wording import Wording

Row = dict[str, Scalar]
ALONE = "each component alone"
MOST_NAMED = 4
SCORE = View.REALISTIC.value
ALONE_BINS = 4
_OUT = Path(str(files("redheart_core.measurements"))) / "data" / "surd_dilemmas.json"

_FEELINGS = Wording(ko="감정 계열을", en="Feelings")
_INPUTS = Wording(ko="공식의 입력을", en="Inputs of the formula")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One question of the study."""

    name: str
    target: str
    sources: tuple[str, ...]


QUESTIONS = (
    Asked(
        name="feelings and the score",
        target=SCORE,
        sources=("feeling.joy", "feeling.sadness", "feeling.anger", "feeling.fear"),
    ),
    Asked(
        name="words and the score",
        target=SCORE,
        sources=("text.harm", "text.benefit", "text.feeling", "text.right"),
    ),
    Asked(
        name="formula inputs and the score",
        target=SCORE,
        sources=("hedonic", "intensity", "external_cost", "redistribution_effect"),
    ),
    Asked(
        name="words, an emotion and the hedonic value",
        target="hedonic",
        sources=("text.harm", "text.benefit", "feeling.joy", "feeling.anger"),
    ),
    Asked(
        name="feelings and harm to others",
        target="external_cost",
        sources=("feeling.fear", "feeling.anger", "feeling.sadness"),
    ),
    Asked(
        name="feelings and intensity",
        target="intensity",
        sources=("feeling.joy", "feeling.sadness", "feeling.anger"),
    ),
    Asked(name="lenses and people's judgement", target="label", sources=(SCORE, "deontological", "virtue_ethics")),
)


def study(population: Population, settings: ReportSettings) -> list[Row]:
    """Ask everything, as rows: each component alone, then each question with its terms and its sentences."""
    rows = list(_alone(population, settings))
    for asked in QUESTIONS:
        if {asked.target, *asked.sources} <= population.columns.keys():
            question = Question(target=asked.target, sources=asked.sources)
            rows += _rows(population, asked.name, answer(population, question, settings=settings))
    return rows


def _alone(population: Population, settings: ReportSettings) -> Iterator[Row]:
    """Ask each component by itself about the score; p-values hold for all of them together."""
    names = [name for name in population.columns if name.startswith(FEELING) or name in score.INPUTS]
    about: Row = {"question": ALONE, "target": SCORE}
    coding = Coding(bins=ALONE_BINS)
    found = [
        answer(population, Question(target=SCORE, sources=(name,), coding=coding), settings=settings) for name in names
    ]
    corrected = holm(np.array([given.report.total.p_value for given in found])).tolist()
    for name, given, p_holm in zip(names, found, corrected, strict=True):
        total = given.report.total
        yield {
            **about,
            "row": "alone",
            "key": name,
            "plug_in": total.plug_in,
            "miller_madow": total.miller_madow,
            "null_subtracted": total.null_subtracted,
            **_ends(total.interval),
            "p": total.p_value,
            "p_holm": p_holm,
        }
    for begins, what in ((True, _FEELINGS), (False, _INPUTS)):
        told = [given for given in found if given.question.sources[0].startswith(FEELING) is begins]
        sentence = _ranking(population, told, what)
        yield {**about, "row": "sentence", "ko": sentence.ko, "en": sentence.en}


def _ranking(population: Population, found: Sequence[Answer], what: Wording) -> Wording:
    """Name the components that tell most by themselves, and the one that tells least."""
    ordered = sorted(found, key=lambda given: -given.report.total.null_subtracted)
    entropy = ordered[0].report.result.target_entropy
    ko, en = (
        [
            f"{population.columns[given.question.sources[0]].display.text(language)} "
            f"{given.report.total.null_subtracted:.2f}"
            for given in (*ordered[:MOST_NAMED], ordered[-1])
        ]
        for language in ("ko", "en")
    )
    return Wording(
        ko=f"{what.ko} 하나씩 보면 현실 점수 {entropy:.2f}비트 가운데 {', '.join(ko[:-1])}비트 순으로 많이 말해 주고, "
        f"{ko[-1]}비트가 가장 적어요. 서로 겹치는 정보라 더하면 안 돼요.",
        en=f"{what.en}, one at a time: of the {entropy:.2f} bits of the realistic score most is told by "
        f"{', '.join(en[:-1])}, least by {en[-1]}. They overlap, so they must not be added up.",
    )


def _rows(population: Population, name: str, given: Answer) -> Iterator[Row]:
    report, sampling = given.report, given.report.result.sampling
    assert sampling is not None
    about: Row = {"question": name, "target": given.question.target}
    yield {
        **about,
        "row": "total",
        "key": "+".join(given.question.sources),
        "plug_in": report.total.plug_in,
        "miller_madow": report.total.miller_madow,
        "null_subtracted": report.total.null_subtracted,
        **_ends(report.total.interval),
        "p": report.total.p_value,
        "target_entropy": report.result.target_entropy,
        "leak": report.result.leak,
        "bias": sampling.bias,
        "reliability": sampling.reliability.value,
        "samples": sampling.num_samples,
        "units": sampling.num_units,
        "left_out": given.num_left_out,
        "bins": sampling.target.num_states,
        "occupied_cells": sampling.occupied_cells,
        "interaction_bits": report.interaction_bits,
        "interaction_p": report.interaction_p,
        "surrogates": report.num_surrogates,
    }
    for kind in report.kinds:
        yield {
            **about,
            "row": "kind",
            "key": kind.kind.value,
            "plug_in": kind.plug_in,
            "miller_madow": kind.miller_madow,
            "null_subtracted": kind.null_subtracted,
            **_ends(kind.interval),
        }
    for term in report.terms:
        yield {
            **about,
            "row": "term",
            "kind": term.kind.value,
            "key": "+".join(given.question.sources[source - 1] for source in term.key),
            "plug_in": term.plug_in,
            "miller_madow": term.miller_madow,
            "null_subtracted": term.null_subtracted,
            **_ends(term.interval),
            "p": term.p_value,
            "p_holm": term.p_holm,
            "interaction_bits": term.interaction_bits,
            "p_interaction": term.p_interaction,
            "is_interaction": term.is_interaction,
        }
    for row in report.sensitivity:
        yield {
            **about,
            "row": "sensitivity",
            "bins": row.bins,
            "redundant": row.redundant,
            "unique": row.unique,
            "synergistic": row.synergistic,
            "total": row.total,
            "leak": row.leak,
            "reliability": row.reliability.value,
        }
    for sentence in reading(population, given):
        yield {**about, "row": "sentence", "ko": sentence.ko, "en": sentence.en}


def _ends(interval: Interval | None) -> Row:
    return {"low": None, "high": None} if interval is None else {"low": interval.low, "high": interval.high}


def _rounded(rows: Sequence[Mapping[str, Scalar]]) -> list[Row]:
    return [
        {name: round(value, 6) if isinstance(value, float) else value for name, value in row.items()} for row in rows
    ]


@click.command()
@click.option("--data", "data_dir", type=click.Path(path_type=Path), default=Path("../shared/data"), show_default=True)
@click.option("--model", "model_name", default="compact", show_default=True, help="Shipped checkpoint, or directory.")
@click.option("--cases", type=click.IntRange(min=2), help="Dilemmas drawn at random; all when left out.")
@click.option("--cache", "cache_dir", type=click.Path(path_type=Path), help="Folder in which scores are kept.")
@click.option("--seed", default=0, show_default=True, type=click.IntRange(min=0), help="Decides every draw.")
@click.option("--out", type=click.Path(path_type=Path), default=_OUT, help="Where the measurement is written.")
def main(data_dir: Path, model_name: str, cases: int | None, cache_dir: Path | None, seed: int, out: Path) -> None:
    """Score the dilemmas, ask, and record."""

    def told(done: int, total: int) -> None:
        click.echo(f"\r{done} of {total} dilemmas", err=True, nl=done == total)

    model = load_model(model_name)
    dataset = read_set(DILEMMAS, data_dir)
    population = scored_population(dataset, model, wanted=cases, seed=seed, cache_dir=cache_dir, report=told)
    settings = ReportSettings(seed=seed)
    origin = population.provenance
    chosen = "" if cases is None else f" --cases {cases}"
    measurement = save_measurement(
        out,
        command=f"python -m redheart_core.explain.surd.populations.dilemma_study --data DIR --model {model_name}"
        f"{chosen} --seed {seed}",
        torch_version=version("torch"),
        rows=_rounded(study(population, settings)),
        facts={
            "dataset": origin.dataset,
            "licence": origin.licence,
            "data_sha256": origin.sha256,
            "checkpoint": origin.model,
            "checkpoint_sha256": origin.checkpoint_sha256,
            "cases": origin.num_cases,
            "units": population.num_units,
            "unit": population.unit_name.en,
            "seed": seed,
            "level": settings.level,
            "alpha": settings.alpha,
            "num_bootstrap": settings.num_bootstrap,
        },
        notes=(population.description.en, *(note.en for note in population.notes)),
    )
    for row in measurement.rows:
        if row["row"] == "sentence":
            click.echo(f"{row['question']}: {row['en']}")


if __name__ == "__main__":
    sys.exit(main())
