"""``redheart concepts``: towards which moral concepts an output of the model rises, over a set of texts."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from redheart_core.cli.shared import print_json, reader_language, reported_errors
from redheart_core.data.chunks.source import read_cases
from redheart_core.errors import InputError
from redheart_core.explain.attribution.result import Unit
from redheart_core.explain.attribution.targets import target_named
from redheart_core.explain.concepts.layers import POOLED
from redheart_core.explain.concepts.measure import ConceptSettings, measure_concepts
from redheart_core.explain.concepts.result import ConceptScore, ConceptScores
from redheart_core.explain.concepts.tcav import DEFAULT_FITS
from redheart_core.explain.concepts.texts import LANGUAGES, concepts_named, shipped_concepts
from redheart_core.inference.opening import open_checkpoint
from redheart_core.inference.shipped import checkpoint_folder
from redheart_core.runtime.precision import Precision

_NAMES = [language.value for language in LANGUAGES]


@click.command()
@click.argument("texts", nargs=-1)
@click.option("--target", required=True, help="Output, such as reasoning/acceptable, or a difference of two.")
@click.option("--file", "path", type=click.Path(path_type=Path), help="More texts: .jsonl, .csv or .txt.")
@click.option("--concept", "names", multiple=True, help="Concept to test; repeat for more. All when left out.")
@click.option("--layer", default=POOLED, show_default=True, help="pooled, states, or encoder.0, encoder.1, …")
@click.option(
    "--language", "languages", multiple=True, type=click.Choice(_NAMES), help="Of the concepts' texts; both by default."
)
@click.option("--fits", "num_fits", default=DEFAULT_FITS, show_default=True, type=int, help="Directions per concept.")
@click.option("--seed", default=0, show_default=True, type=click.IntRange(min=0), help="Decides every draw.")
@click.option("--model", default="compact", show_default=True, help="Shipped checkpoint, or directory.")
@click.option("--lang", type=click.Choice(["ko", "en"]), help="Language of the answer.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def concepts(
    texts: tuple[str, ...],
    target: str,
    path: Path | None,
    names: tuple[str, ...],
    layer: str,
    languages: tuple[str, ...],
    num_fits: int,
    seed: int,
    model: str,
    lang: str | None,
    as_json: bool,
) -> None:
    """Test towards which concepts an output rises over TEXTS. What moves with a concept need not be caused by it."""
    language = reader_language(lang, *texts)
    with reported_errors(language, as_json=as_json):
        passages = [(text, "") for text in _gathered(texts, path)]
        settings = ConceptSettings(
            layer=layer, languages=tuple(dict.fromkeys(languages or _NAMES)), num_fits=num_fits, seed=seed
        )
        chosen = concepts_named(names)
        checkpoint = open_checkpoint(checkpoint_folder(model), precision=Precision.FP32)
        scalar = target_named(checkpoint.manifest, target).scalar(Unit.LOGIT)
        found = measure_concepts(checkpoint, scalar, passages, concepts=chosen, settings=settings)
    if as_json:
        print_json({"target": target, "unit": Unit.LOGIT.value, "settings": asdict(settings)} | asdict(found))
    else:
        _tell(found, target, layer, language)


def _gathered(texts: tuple[str, ...], path: Path | None) -> list[str]:
    gathered = [*texts, *([case.text for case in read_cases(path)] if path else [])]
    if not gathered:
        raise InputError(
            code="no_texts",
            en="There are no texts. Give some as arguments or in a file with --file.",
            ko="글이 없어요. 인자로 적거나 --file로 파일을 주세요.",
        )
    return gathered


def _tell(found: ConceptScores, target: str, layer: str, language: str) -> None:
    copy = _COPY[language]
    click.echo(copy["head"].format(target=target, layer=layer, texts=found.num_texts, fits=found.num_fits))
    click.echo(copy["random"].format(mean=found.random.mean, deviation=found.random.deviation))
    for one in found.concepts:
        label = shipped_concepts()[one.concept].labels[language]
        click.echo(f"{label:<10} {_line(one, copy)}")
    click.echo(copy["limits"])


def _line(one: ConceptScore, copy: dict[str, str]) -> str:
    if one.score is None:
        return copy["refused"].format(accuracy=one.held_out_accuracy, p=one.recognised_p)
    direction = "rises" if one.score > 0.5 else "falls"
    verdict = copy[direction if one.is_significant else "neither"]
    return copy["line"].format(
        verdict=verdict, score=one.score, p=one.p_corrected, accuracy=one.held_out_accuracy, slope=one.mean_derivative
    )


_COPY = {
    "en": {
        "head": "{target} at layer {layer}: {texts} texts, {fits} directions per concept",
        "random": "random concepts score {mean:.2f} ± {deviation:.2f}",
        "line": "{verdict}  score {score:.2f}  corrected p {p:.2g}  slope {slope:+.3g}  accuracy {accuracy:.2f}",
        "rises": "rises  ",
        "falls": "falls  ",
        "neither": "neither",
        "refused": "refused: directions tell its texts no better than chance (accuracy {accuracy:.2f}, p {p:.2g})",
        "limits": "Score: share of the texts whose output rises towards the concept. N-grams have no part in it.",
    },
    "ko": {
        "head": "{target}, 층 {layer}: 글 {texts}편, 개념마다 방향 {fits}개",
        "random": "무작위 개념의 점수는 {mean:.2f} ± {deviation:.2f}",
        "line": "{verdict}  점수 {score:.2f}  보정한 p {p:.2g}  기울기 {slope:+.3g}  정확도 {accuracy:.2f}",
        "rises": "올라감",
        "falls": "내려감",
        "neither": "뚜렷하지 않음",
        "refused": "말할 수 없음: 이 층의 방향이 그 개념의 글을 우연만큼만 가려내요 (정확도 {accuracy:.2f}, p {p:.2g})",
        "limits": "점수: 개념 쪽으로 움직일 때 출력이 올라가는 글의 비율이에요. n-그램이 하는 몫은 들어 있지 않아요.",
    },
}
