"""Measuring the priors: what each rule answers over real courses of action.

    python -m redheart_core.inference.population --data ../shared/data

writes ``reasoning/data/priors.toml`` from the actions of Moral Stories (development part) and MoralChoice, each read
against its situation. Deviations are the spread of the rule's answers over all of them. The value without evidence is
the mean over the passages that do have evidence for what can go either way (duration, certainty, propinquity), and a
stated resting value for what only accumulates: nothing said about a harm is no harm.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib.resources import files
from pathlib import Path
from statistics import fmean, pstdev

import click

from redheart_core.data.stories import read_moral_choice, read_moral_stories
from redheart_core.reasoning import bentham, lenses
from redheart_core.reasoning.evidence import Reading
from redheart_core.text.extract import extract_features
from redheart_core.text.features import TextFeatures
from redheart_core.vocabulary.bentham import Variable
from redheart_core.vocabulary.dilemma import clean_passage
from redheart_core.vocabulary.language import Language

RESTING: Mapping[str, float] = {
    Variable.INTENSITY: 0.1,
    Variable.FECUNDITY: 0.05,
    Variable.PURITY: 0.95,
    Variable.EXTENT: 0.05,
    Variable.EXTERNAL_COST: 0.0,
    Variable.REDISTRIBUTION_EFFECT: 0.0,
    Variable.SELF_DAMAGE: 0.0,
    "hedonic": 0.0,
    "deontological": 0.5,
    "virtue_ethics": 0.5,
}
"""Values without evidence where more evidence can only move one way, and neutral points of signed readings."""
NEUTRAL = 0.5
"""Prior handed to the rules that shrink while their observations are collected; removed again below."""


@click.command()
@click.option("--data", "data_dir", type=click.Path(path_type=Path), default=Path("../shared/data"), show_default=True)
def main(data_dir: Path) -> None:
    """Measure the priors and write them."""
    answers = _answers(data_dir)
    lines = [
        "# Measured: python -m redheart_core.inference.population. Never edited by hand.",
        f"# Population: {len(answers['hedonic'])} courses of action from Moral Stories (dev) and MoralChoice.",
        "[prior]",
    ]
    lines += [f"{name} = {{ mean = {m:.4f}, deviation = {d:.4f} }}" for name, m, d in _rows(answers)]
    target = Path(str(files("redheart_core.reasoning").joinpath("data/priors.toml")))
    target.write_text("\n".join(lines) + "\n", encoding="utf-8")
    click.echo("\n".join(lines))


def _rows(answers: Mapping[str, list[Reading]]) -> Iterator[tuple[str, float, float]]:
    for name, found in answers.items():
        if name in RESTING:
            values = [RESTING[name] if a["value"] is None else a["value"] for a in found]
            known = values if name not in {"deontological", "virtue_ethics"} else _spoken(found)
            yield name, RESTING[name], pstdev(known)
        else:
            observed = [_without_prior(a) for a in found if a["weight"] > 0.0]
            yield name, fmean(observed), pstdev(observed)


def _spoken(found: list[Reading]) -> list[float]:
    """Return the answers of a lens where it has evidence: elsewhere it is absent, not neutral."""
    return [answer["value"] for answer in found if answer["value"] is not None]


def _without_prior(answer: Reading) -> float:
    """Return the mean observation behind a shrunk answer: value · (1 + w) - prior, over w."""
    weight = answer["weight"]
    return float((answer["value"] * (1.0 + weight) - NEUTRAL) / weight)


def _answers(data_dir: Path) -> dict[str, list[Reading]]:
    answers: dict[str, list[Reading]] = {variable.value: [] for variable in Variable}
    answers |= {"hedonic": [], "deontological": [], "virtue_ethics": []}
    for situation_text, option_text in _cases(data_dir):
        situation, option = _features(situation_text), _features(option_text)
        for variable, rule in bentham.VARIABLE_RULES.items():
            extra: dict[str, list[object]] = {"parties": []} if variable is Variable.EXTENT else {}
            prior = RESTING.get(variable, NEUTRAL)
            answers[variable.value].append(rule(option=option, situation=situation, prior=prior, **extra))
        answers["hedonic"].append(bentham.hedonic_base(option=option, situation=situation))
        answers["deontological"].append(lenses.deontological_base(option=option))
        answers["virtue_ethics"].append(lenses.virtue_base(option=option))
    return answers


def _cases(data_dir: Path) -> Iterator[tuple[str, str]]:
    for story in read_moral_stories(data_dir, part="dev"):
        yield story.situation, story.moral_action
        yield story.situation, story.immoral_action
    for choice in read_moral_choice(data_dir):
        for action in choice.actions:
            yield choice.situation, action


def _features(text: str) -> TextFeatures:
    return extract_features(clean_passage(text, what_en="text", what_ko="글"), Language.ENGLISH)


if __name__ == "__main__":
    main()
