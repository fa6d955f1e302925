"""``redheart influence``: which labelled cases would move an output at a text most, if the model learned from them."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from redheart_core.cli.shared import print_json, reader_language, reported_errors, shortened
from redheart_core.data.own import Kind, read_own
from redheart_core.data.rows import JudgedRow
from redheart_core.errors import ExplanationError
from redheart_core.explain.attribution.targets import target_named
from redheart_core.explain.attribution.targets.target import OutputTarget
from redheart_core.explain.cases.influence import Influences, influential_cases, no_report
from redheart_core.inference.opening import open_checkpoint
from redheart_core.inference.shipped import checkpoint_folder
from redheart_core.runtime.precision import Precision
from redheart_core.vocabulary.dilemma import clean_passage

REPORTED_EVERY = 100


@click.command()
@click.argument("text")
@click.option("--target", "name", required=True, help="Output, such as reasoning/acceptable.")
@click.option("--data", "path", required=True, type=click.Path(path_type=Path), help="Judged cases: .csv or .jsonl.")
@click.option("--context", default="", help="What TEXT is seen against.")
@click.option("--readout", help="Module whose read-out is meant; the first of the output's family when left out.")
@click.option("-k", "--count", default=10, show_default=True, type=click.IntRange(1, 1_000), help="Cases either way.")
@click.option("--model", default="compact", show_default=True, help="Shipped checkpoint, or directory.")
@click.option("--lang", type=click.Choice(["ko", "en"]), help="Language of the answer.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def influence(
    text: str,
    name: str,
    path: Path,
    context: str,
    readout: str | None,
    count: int,
    model: str,
    lang: str | None,
    as_json: bool,
) -> None:
    """Find the labelled cases whose learning would move an output at TEXT most; see redheart data schema --kind judged.

    From one checkpoint: a likeness of gradients in one read-out, not a record of what training did.
    """
    language = reader_language(lang, text)
    with reported_errors(language, as_json=as_json):
        cases = [row for row in read_own(path, Kind.JUDGED) if isinstance(row, JudgedRow)]
        checkpoint = open_checkpoint(checkpoint_folder(model), precision=Precision.FP32)
        target = target_named(checkpoint.manifest, name)
        if not isinstance(target, OutputTarget):
            raise ExplanationError(f"{name!r} is no single output, so no label says what it should be. Name one.")
        found = influential_cases(
            checkpoint,
            target,
            cases,
            text=clean_passage(text, what_en="text", what_ko="글"),
            context=clean_passage(context, what_en="context", what_ko="맥락") if context else "",
            readout=readout,
            count=count,
            report=no_report if as_json else _progress,
        )
    if as_json:
        print_json({"text": text, "target": target.name, "unit": "logit"} | asdict(found))
    else:
        _tell(found, target.name, language)


def _progress(done: int, total: int) -> None:
    if done % REPORTED_EVERY == 0 or done == total:
        click.echo(f"{done} / {total}", err=True)


def _tell(found: Influences, target: str, language: str) -> None:
    copy = _COPY[language]
    click.echo(copy["head"].format(target=target, value=found.value, readout=found.readout, cases=found.num_cases))
    for title, cases in ((copy["raising"], found.raising), (copy["lowering"], found.lowering)):
        click.echo(title)
        for case in cases:
            answer = copy["yes" if case.label else "no"]
            click.echo(f"  {case.influence:+.4g}  {case.likeness:+.2f}  [{answer}]  {shortened(case.text)}")
    click.echo(copy["limits"])


_COPY = {
    "en": {
        "head": "{target} is {value:.3f} here; {cases} cases, read-out of {readout}",
        "raising": "learning these would raise it (influence, likeness, label):",
        "lowering": "learning these would lower it:",
        "yes": "yes",
        "no": "no",
        "limits": "From the shipped weights alone: which gradients are alike, not what training did.",
    },
    "ko": {
        "head": "{target}의 값은 여기서 {value:.3f}; 사례 {cases}건, {readout}의 출력층",
        "raising": "배우면 값이 올라갈 사례 (영향, 닮은 정도, 라벨):",
        "lowering": "배우면 값이 내려갈 사례:",
        "yes": "예",
        "no": "아니요",
        "limits": "배포된 가중치 하나로 계산했어요. 기울기가 닮았다는 뜻이지, 학습에서 실제로 일어난 일은 아니에요.",
    },
}
