"""``redheart surd``: what columns of a table tell about another column, alone, in common and only together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from redheart_core.cli.shared import print_json, reader_language, reported_errors
from redheart_core.explain.surd import (
    Coding,
    Reliability,
    ReportSettings,
    SurdReport,
    SurdResult,
    decompose_observations,
    observe,
    surd_report,
)
from redheart_core.explain.surd.columns import read_columns, without_missing
from redheart_core.explain.surd.report import MAX_SURROGATES
from redheart_core.explain.surd.samples import bin_kind

SHOWN_BITS = 5e-4
"""Smaller terms would print as 0.000."""
LIST_OPTIONS = ("--sources", "--categorical", "--lags")


class ListOptionCommand(click.Command):
    """Lets ``--sources A B C`` stand for ``--sources A --sources B --sources C``."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Repeat the option before each of its values, then parse as usual."""
        expanded: list[str] = []
        current: str | None = None
        for argument in args:
            if argument.startswith("-"):
                current = argument if argument in LIST_OPTIONS else None
                first = True
            elif current is not None:
                expanded += [] if first else [current]
                first = False
            expanded.append(argument)
        return super().parse_args(ctx, expanded)


@click.command(cls=ListOptionCommand)
@click.option("--csv", "path", required=True, type=click.Path(path_type=Path), help="UTF-8 CSV file with a header.")
@click.option("--target", required=True, help="Column to be informed about.")
@click.option("--sources", required=True, multiple=True, help="Columns that inform; several names may follow.")
@click.option("--bins", type=int, help="Bins per variable; 4 with up to three sources, 3 with more.")
@click.option("--method", default="quantile", show_default=True, help="quantile or uniform bins.")
@click.option("--categorical", multiple=True, help="Columns whose numbers are categories; several names may follow.")
@click.option("--units", help="Column naming the independent unit of each row.")
@click.option("--leave-out-missing", is_flag=True, help="Leave out rows that lack a value, instead of refusing them.")
@click.option("--max-order", type=int, help="Largest number of sources taken together.")
@click.option(
    "--lags",
    multiple=True,
    type=click.IntRange(min=0),
    help="By how many rows each source precedes the target, in the order of the sources; only where rows follow "
    "each other in time.",
)
@click.option("--statistics", is_flag=True, help="Add corrections, intervals, tests and sensitivity to bins.")
@click.option("--seed", default=0, show_default=True, type=click.IntRange(min=0), help="Seed of the statistics.")
@click.option(
    "--bootstrap",
    default=ReportSettings().num_bootstrap,
    show_default=True,
    type=click.IntRange(20, MAX_SURROGATES),
    help="Resampled populations behind the intervals.",
)
@click.option(
    "--surrogates",
    type=click.IntRange(19, MAX_SURROGATES),
    help="Random populations behind each test; as many as Holm's correction needs when left out.",
)
@click.option("--lang", type=click.Choice(["ko", "en"]), help="Language of the answer.")
@click.option("--json", "as_json", is_flag=True, help="Print the whole result as JSON.")
def surd(
    path: Path,
    target: str,
    sources: Sequence[str],
    bins: int | None,
    method: str,
    categorical: Sequence[str],
    units: str | None,
    leave_out_missing: bool,
    max_order: int | None,
    lags: Sequence[int],
    statistics: bool,
    seed: int,
    bootstrap: int,
    surrogates: int | None,
    lang: str | None,
    as_json: bool,
) -> None:
    """Decompose what the rows of a table tell about one column. Information in this population, never a cause."""
    language = reader_language(lang, target, *sources)
    with reported_errors(language, as_json=as_json):
        coding = Coding(bins=bins, method=bin_kind(method), categorical=categorical, lags=lags or None)
        columns = read_columns(path, [target, *sources, *([units] if units else [])])
        if leave_out_missing:
            columns = without_missing(columns, (target, *sources))
        case: dict[str, Any] = {
            "target": columns[target],
            "sources": {name: columns[name] for name in sources},
            "coding": coding,
            "units": columns[units] if units else None,
            "target_name": target,
        }
        if statistics:
            settings = ReportSettings(num_bootstrap=bootstrap, num_surrogates=surrogates, seed=seed)
            report = surd_report(**case, max_order=max_order, settings=settings)
            result, content, extra = report.result, report.to_dict(), _statistics(report, language)
        else:
            result = decompose_observations(observe(**case), max_order=max_order)
            content, extra = result.to_dict(), []
    if as_json:
        print_json(content)
    else:
        click.echo("\n".join([*_summary(result, target, sources, language), *extra]))


def _summary(result: SurdResult, target: str, sources: Sequence[str], language: str) -> list[str]:
    assert result.sampling is not None
    words = _WORDS[language]
    lines = [words["head"].format(target=target, rows=result.sampling.num_samples, units=result.sampling.num_units)]
    groups = [("unique", result.unique), ("redundant", result.redundant), ("synergy", result.synergistic)]
    trusted = result.sampling.reliability is not Reliability.RED
    for label, terms in groups if trusted else groups[:2]:
        shown = {key: bits for key, bits in terms.items() if bits >= SHOWN_BITS}
        lines += [f"  {bits:7.3f}  {words[label]}: {_names(key, sources)}" for key, bits in shown.items()]
    leak = f"{result.leak:.1%}" if trusted and result.leak is not None else "–"
    lines.append(words["total"].format(total=result.total, entropy=result.target_entropy, leak=leak))
    lines += [
        words["tie"].format(sets=" = ".join(_names(key, sources) for key in tie.keys), bits=tie.bits)
        for tie in result.ties
    ]
    warning = result.sampling.warning(language)
    return [*lines, words["note"], *([warning] if warning else [])]


def _statistics(report: SurdReport, language: str) -> list[str]:
    words, total = _WORDS[language], report.total
    lines = [words["tested" if total.is_significant else "untested"].format(p=total.p_value)]
    lines.append(
        words["corrected"].format(
            plug_in=total.plug_in, miller_madow=total.miller_madow, null_subtracted=total.null_subtracted
        )
    )
    if total.interval is not None:
        lines.append(
            words["interval"].format(level=report.settings.level, low=total.interval.low, high=total.interval.high)
        )
    return lines


def _names(key: Sequence[int], sources: Sequence[str]) -> str:
    return " + ".join(sources[source - 1] for source in key)


_WORDS: Mapping[str, Mapping[str, Any]] = {
    "ko": {
        "head": "{target}에 대한 정보(비트), 표본 {rows}개, 독립 단위 {units}개",
        "unique": "혼자만 아는 정보",
        "redundant": "똑같이 아는 정보",
        "synergy": "함께 보아야 아는 정보",
        "total": "  {total:7.3f}  합계 (대상의 엔트로피 {entropy:.3f}, 누락 {leak})",
        "tie": "동률: {sets}. {bits:.3f}비트가 어느 쪽 이름으로 적힐지는 약속일 뿐이에요.",
        "note": "이 모집단 안의 정보일 뿐 원인은 아니에요. 단순한 합에서도 함께 보아야 아는 정보가 크게 나와요.",
        "tested": "합계는 대상을 섞은 자료와 뚜렷이 달라요(p = {p:.4f}).",
        "untested": "합계가 대상을 섞은 자료와 구별되지 않아요(p = {p:.4f}). 항목별 값은 읽지 않는 편이 좋아요.",
        "corrected": "합계: 그대로 {plug_in:.3f}, 밀러–매도 {miller_madow:.3f}, "
        "섞은 자료의 평균을 뺀 값 {null_subtracted:.3f}",
        "interval": "합계의 {level:.0%} 구간: {low:.3f}–{high:.3f}",
    },
    "en": {
        "head": "Information about {target} in bits, {rows} samples, {units} independent units",
        "unique": "only from",
        "redundant": "equally from each of",
        "synergy": "only together from",
        "total": "  {total:7.3f}  total (entropy of the target {entropy:.3f}, leak {leak})",
        "tie": "Tied: {sets}. Which of them carries {bits:.3f} bit is a convention.",
        "note": "Information in this population, not a cause. Even a plain sum shows much information only together.",
        "tested": "The total differs from shuffled data (p = {p:.4f}).",
        "untested": "The total does not differ from shuffled data (p = {p:.4f}); better not to read the single terms.",
        "corrected": "Total: plug-in {plug_in:.3f}, Miller-Madow {miller_madow:.3f}, null mean subtracted "
        "{null_subtracted:.3f}",
        "interval": "{level:.0%} interval of the total: {low:.3f} to {high:.3f}",
    },
}
