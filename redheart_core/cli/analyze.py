"""``redheart analyze TEXT``: emotions of one passage."""

from __future__ import annotations

import click

from redheart_core.cli.shared import ModelChoice, common_options, print_json, reader_language, reported_errors
from redheart_core.inference.results import PassageAnalysis
from redheart_core.vocabulary.culture import PROFILES
from redheart_core.vocabulary.emotions import EMOTIONS

SHOWN = 8


@click.command()
@click.argument("text")
@click.option("--profile", default="neutral", show_default=True, help=f"Cultural profile: {', '.join(PROFILES)}.")
@common_options
def analyze(text: str, profile: str, as_json: bool, lang: str | None, choice: ModelChoice) -> None:
    """Say which emotions TEXT carries, and which words and weights that comes from."""
    language = reader_language(lang, text)
    with reported_errors(language, as_json=as_json):
        result = choice.load().analyze(text, language=language, profile=profile)
        if as_json:
            print_json(result.to_dict())
        else:
            click.echo(_summary(result, language))


def _summary(result: PassageAnalysis, language: str) -> str:
    if result.help_notice:
        return result.help_notice
    korean = language == "ko"
    lines = ["감정 = 0.3·규칙 + 0.5·신경망 + 0.2·문화" if korean else "emotion = 0.3 rule + 0.5 neural + 0.2 cultural"]
    for emotion in result.emotions[:SHOWN]:
        entry = EMOTIONS[emotion.name]
        neural = "   –" if emotion.neural is None else f"{emotion.neural:.2f}"
        name = entry.korean if korean else entry.english
        lines.append(f"  {emotion.score:.2f}  ({emotion.rule:.2f}  {neural}  {emotion.cultural:.2f})  {name}")
    confidence = "신뢰도" if korean else "confidence"
    return "\n".join([*lines, result.recommendation.reason, f"{confidence} {result.confidence.value:.2f}"])
