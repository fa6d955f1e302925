"""``redheart evaluate FILE`` or ``--situation S --option A --option B``: what follows from each option."""

from __future__ import annotations

from typing import IO

import click

from redheart_core.cli.shared import ModelChoice, common_options, print_json, reader_language, reported_errors
from redheart_core.errors import InputError
from redheart_core.inference.results import DilemmaEvaluation
from redheart_core.vocabulary.culture import PROFILES
from redheart_core.vocabulary.dilemma import Dilemma, Option
from redheart_core.vocabulary.dilemma_file import parse_dilemma


@click.command()
@click.argument("file", type=click.File("rb"), required=False)
@click.option("--situation", help="The situation, instead of a file.")
@click.option("--option", "options", multiple=True, help="One course of action; give two to eight.")
@click.option("--profile", default="neutral", show_default=True, help=f"Cultural profile: {', '.join(PROFILES)}.")
@common_options
def evaluate(
    file: IO[bytes] | None,
    situation: str | None,
    options: tuple[str, ...],
    profile: str,
    as_json: bool,
    lang: str | None,
    choice: ModelChoice,
) -> None:
    """Say what speaks for and against each option of a dilemma in FILE (JSON; - for standard input)."""
    language = reader_language(lang, situation, *options)
    with reported_errors(language, as_json=as_json):
        dilemma = _dilemma(file, situation, options)
        language = reader_language(lang, dilemma.situation, *(option.name for option in dilemma.options))
    with reported_errors(language, as_json=as_json):
        result = choice.load().evaluate_ethics(dilemma, language=language, profile=profile)
        if as_json:
            print_json(result.to_dict())
        else:
            click.echo(_summary(result, language))


def _dilemma(file: IO[bytes] | None, situation: str | None, options: tuple[str, ...]) -> Dilemma:
    if (file is None) == (situation is None):
        raise InputError(
            code="file_or_situation",
            en="Give either a FILE or --situation with --option, not both and not neither.",
            ko="파일이나 --situation(과 --option) 가운데 하나만 적어 주세요.",
        )
    if file is not None:
        return parse_dilemma(file.read())
    return Dilemma(situation=situation or "", options=tuple(Option(name=name) for name in options))


def _summary(result: DilemmaEvaluation, language: str) -> str:
    if result.help_notice:
        return f"{result.help_notice}\n{result.recommendation.reason}"
    korean = language == "ko"
    lines = []
    for option in result.options:
        low, high = option.interval
        views = " / ".join(f"{value:.2f}" for value in option.views.values())
        lines.append(f"{option.ethical_score:.2f} ({low:.2f}–{high:.2f})  {option.name}")
        lines.append(f"    {'낙관/현실/비관' if korean else 'optimistic/realistic/pessimistic'}: {views}")
        lines += [f"    {sentence}" for sentence in option.lens_reasons.values()]
    lines.append(result.recommendation.reason)
    lines += [change.sentence for change in result.counterfactuals[:1]]
    lines += [result.human_notice] if result.human_notice else []
    return "\n".join([*lines, f"{'신뢰도' if korean else 'confidence'} {result.confidence.value:.2f}"])
