"""``redheart attribute TEXT --target T``: which words moved an output, and whether the picture adds up."""

from __future__ import annotations

from collections.abc import Sequence

import click

from redheart_core.cli.shared import ModelChoice, common_options, print_json, reader_language, reported_errors
from redheart_core.errors import ExplanationError


@click.command()
@click.argument("text", required=False)
@click.option("--target", help="Such as emotion/sadness; a difference is written 'emotion/joy - emotion/sadness'.")
@click.option("--method", default="integrated_gradients", show_default=True, help="See --list methods.")
@click.option(
    "--baseline",
    "baselines",
    multiple=True,
    default=["pad"],
    show_default=True,
    help="pad, mask, unknown, zero, mean, text:..., average; several text:... are averaged.",
)
@click.option("--context", default="", help="What the text is seen against; for option/score, the situation.")
@click.option("--against", metavar="OPTION", help="With option/score: explain its lead over this other option.")
@click.option("--option", "options", multiple=True, metavar="NAME=VALUE", help="Option of the method; repeatable.")
@click.option("--unit", type=click.Choice(["logit", "output"]), help="In what scores are counted.")
@click.option("--seed", default=0, show_default=True, type=click.IntRange(min=0), help="Seed of methods that draw.")
@click.option("--untrained", is_flag=True, help="Allow an output that the checkpoint never learned.")
@click.option(
    "--trust",
    "thoroughness",
    type=click.Choice(["quick", "full"]),
    help="Also check whether to believe it; full makes it again for other outputs, shuffled weights and close inputs.",
)
@click.option("--list", "listed", type=click.Choice(["targets", "methods"]), help="List what can be chosen, and stop.")
@common_options
def attribute(
    text: str | None,
    target: str | None,
    method: str,
    baselines: Sequence[str],
    context: str,
    against: str | None,
    options: Sequence[str],
    unit: str | None,
    seed: int,
    untrained: bool,
    thoroughness: str | None,
    listed: str | None,
    as_json: bool,
    lang: str | None,
    choice: ModelChoice,
) -> None:
    """Say which words of TEXT moved an output of the model, by how much, and whether the scores add up."""
    # Captum loads Matplotlib, for which no other command should wait.
    from redheart_core.cli import attribution_answers as answers  # noqa: PLC0415
    from redheart_core.cli import attribution_trust as trust  # noqa: PLC0415

    language = reader_language(lang, text, context)
    with reported_errors(language, as_json=as_json):
        if listed is not None:
            rows = answers.targets(choice) if listed == "targets" else answers.methods()
            if as_json:
                print_json({listed: rows})
            else:
                click.echo("\n".join(map(answers.line_of, rows)))
            return
        if text is None or target is None:
            raise ExplanationError("A text and a --target are needed; --list targets names what can be explained.")
        request = answers.request(
            text=text,
            context=context,
            target=target,
            method=method,
            baselines=baselines,
            options=options,
            unit=unit,
            seed=seed,
            untrained=untrained,
        )
        reader = answers.loaded_reader(choice)
        found = answers.attributed(request, reader, against=against)
        report = None if thoroughness is None else trust.judged(found, reader, is_full=thoroughness == "full")
        if as_json:
            print_json(found.to_dict() | ({} if report is None else {"trust": report.to_dict()}))
        else:
            click.echo(answers.summary(found, language))
            if report is not None:
                click.echo(trust.summary(report, language))
