"""``redheart surd --dilemma D``: what moves the score of one option, over cases drawn around it by a stated design."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from redheart_core.cli.dilemma_choice import PRESETS_DIR, chosen_dilemma
from redheart_core.cli.shared import ModelChoice, common_options, print_json, reader_language, reported_errors
from redheart_core.errors import InputError
from redheart_core.explain.surd import Coding, Reliability, ReportSettings, SurdReport
from redheart_core.explain.surd.ensemble import Design, Subject, Varied, ensemble_population, run_ensemble
from redheart_core.explain.surd.populations import Answer, Population, Question, answer

SHOWN_BITS = 5e-3
"""Smaller terms would print as 0.00."""


@click.command()
@click.option("--dilemma", metavar="FILE_OR_PRESET", help="JSON or TOML file, or a preset such as en-trolley-switch.")
@click.option("--option", "place", default=1, show_default=True, type=click.IntRange(min=1), help="Which option.")
@click.option("--passage", metavar="TEXT", help="A text that stands alone, instead of a dilemma.")
@click.option(
    "--vary", type=click.Choice([varied.value for varied in Varied]), default=Varied.TEXT.value, show_default=True,
    help="Edit parts of the text, move the variables, or both.",
)  # fmt: skip
@click.option("--cases", default=Design().num_cases, show_default=True, type=int, help="Cases drawn.")
@click.option("--parts", default=Design().num_parts, show_default=True, type=int, help="Parts the text is cut into.")
@click.option(
    "--alterations", default=Design().num_alterations, show_default=True, type=int, help="Prepared for each part."
)
@click.option(
    "--without-views", is_flag=True, help="Leave out the views and the integrated score; a third of the time."
)
@click.option("--seed", default=0, show_default=True, type=click.IntRange(min=0), help="Decides every draw.")
@click.option("--target", help="A score or component; the integrated score, or else the realistic one, when left out.")
@click.option("--source", "sources", multiple=True, help="A factor; repeat for more. A good choice when left out.")
@click.option("--bins", type=int, help="Bins per variable; 4 with up to three sources, 3 with more.")
@click.option("--max-order", type=int, help="Largest number of sources taken together.")
@click.option("--presets-dir", default=PRESETS_DIR, show_default=True, type=click.Path(path_type=Path))
@common_options
def ensemble(
    dilemma: str | None,
    place: int,
    passage: str | None,
    vary: str,
    cases: int,
    parts: int,
    alterations: int,
    without_views: bool,
    seed: int,
    target: str | None,
    sources: Sequence[str],
    bins: int | None,
    max_order: int | None,
    presets_dir: Path,
    as_json: bool,
    lang: str | None,
    choice: ModelChoice,
) -> None:
    """Draw cases around one option, or one text, and take the information about its score apart."""
    with reported_errors(reader_language(lang, passage), as_json=as_json):
        subject = _subject(dilemma, place, passage, presets_dir)
        language = reader_language(lang, subject.option)
    with reported_errors(language, as_json=as_json):
        design = Design(
            varied=Varied(vary),
            num_cases=cases,
            num_parts=parts,
            num_alterations=alterations,
            with_views=not without_views,
            seed=seed,
        )
        model = choice.load()
        found = run_ensemble(subject, design, reader=model.reader, report=_progress(language, quiet=as_json))
        population = ensemble_population(found, model=model.name, checkpoint_sha256=model.checkpoint_sha256)
        suggestion = population.suggestions[0]
        question = Question(
            target=target or suggestion.target,
            sources=tuple(sources) or suggestion.sources,
            coding=Coding(bins=bins),
            max_order=max_order,
        )
        given = answer(population, question, settings=ReportSettings(seed=seed))
    if as_json:
        print_json(_content(population, given))
    else:
        click.echo("\n".join(_lines(population, given, language)))


def _subject(dilemma: str | None, place: int, passage: str | None, presets_dir: Path) -> Subject:
    if (dilemma is None) == (passage is None):
        raise InputError(
            code="dilemma_or_passage",
            en="Give either --dilemma or --passage, not both and not neither.",
            ko="--dilemma와 --passage 가운데 하나만 적어 주세요.",
        )
    if passage is not None:
        return Subject.of_text(passage)
    return Subject.of_option(chosen_dilemma(dilemma or "", presets_dir), place - 1)


def _progress(language: str, *, quiet: bool) -> Any:
    """Return a report that writes on standard error, so that the answer stays alone on standard output."""
    words = "글 {done}/{total}" if language == "ko" else "text {done} of {total}"

    def report(done: int, total: int) -> None:
        if not quiet:
            click.echo(f"\r{words.format(done=done, total=total)}", err=True, nl=done == total)

    return report


def _content(population: Population, given: Answer) -> dict[str, Any]:
    origin = population.provenance
    return {
        "population": {
            "description": population.description.en,
            "notes": [note.en for note in population.notes],
            "num_cases": origin.num_cases,
            "sha256": origin.sha256,
            "seed": origin.seed,
            "checkpoint_sha256": origin.checkpoint_sha256,
            "factors": {name: population.columns[name].display.en for name in given.question.sources},
        },
        "target": given.question.target,
        "sources": list(given.question.sources),
        **given.report.to_dict(),
    }


def _lines(population: Population, given: Answer, language: str) -> list[str]:
    words, report = _WORDS[language], given.report
    result, sampling = report.result, report.result.sampling
    assert sampling is not None
    named = given.question.sources
    target = population.columns[given.question.target].display.text(language)
    lines = [population.description.text(language)]
    lines += [f"  {name}  {population.columns[name].display.text(language)}" for name in named]
    lines.append(words["head"].format(target=target))
    groups = [("unique", result.unique), ("redundant", result.redundant), ("synergy", result.synergistic)]
    trusted = sampling.reliability is not Reliability.RED
    for label, terms in groups if trusted else groups[:2]:
        shown = sorted(((bits, key) for key, bits in terms.items() if bits >= SHOWN_BITS), reverse=True)
        lines += [f"  {bits:5.2f}  {words[label]}: {_names(key, named)}" for bits, key in shown]
    leak = "–" if result.leak is None or not trusted else f"{result.leak:.0%}"
    lines.append(words["total"].format(total=result.total, entropy=result.target_entropy, leak=leak))
    lines.append(_tested(report, words))
    warning = sampling.warning(language)
    extra = [rule.sentence.text(language) for rule in given.definitions]
    return [*lines, *(note.text(language) for note in population.notes), *extra, *([warning] if warning else [])]


def _tested(report: SurdReport, words: Mapping[str, str]) -> str:
    total = report.total
    return words["tested" if total.is_significant else "untested"].format(
        p=total.p_value, miller_madow=total.miller_madow, null_subtracted=total.null_subtracted
    )


def _names(key: Sequence[int], named: Sequence[str]) -> str:
    return " + ".join(named[source - 1] for source in key)


_WORDS: Mapping[str, Mapping[str, str]] = {
    "ko": {
        "head": "{target}에 대한 정보(비트)",
        "unique": "혼자만 아는 정보",
        "redundant": "똑같이 아는 정보",
        "synergy": "함께 보아야 아는 정보",
        "total": "  {total:5.2f}  합계 (대상의 엔트로피 {entropy:.2f}, 누락 {leak})",
        "tested": "편향을 바로잡은 합계 {null_subtracted:.3f}–{miller_madow:.3f}, 섞은 자료와 뚜렷이 달라요"
        "(p = {p:.4f}). "
        "단순한 합에서도 함께 보아야 아는 정보가 크게 나와요.",
        "untested": "합계가 섞은 자료와 구별되지 않아요(p = {p:.4f}). 항목별 값은 읽지 않는 편이 좋아요.",
    },
    "en": {
        "head": "Information about the {target} in bits",
        "unique": "only from",
        "redundant": "equally from each of",
        "synergy": "only together from",
        "total": "  {total:5.2f}  total (entropy of the target {entropy:.2f}, leak {leak})",
        "tested": "Total corrected for bias {null_subtracted:.3f} to {miller_madow:.3f}; it differs from shuffled data "
        "(p = {p:.4f}). Even a plain sum shows much information only together.",
        "untested": "The total does not differ from shuffled data (p = {p:.4f}); better not to read the single terms.",
    },
}
