"""The integrated score of one passage that stands alone, without situation, other options or named parties.

The same recorded path as an option of a dilemma. Three systems give three scores: the rules see the text and the model
is absent; the model's reading counts and the rules see nothing; both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from redheart_core.inference.option import SharedSteps, evaluate_option
from redheart_core.inference.passage import read_text, speaks_of_self_harm
from redheart_core.inference.settings import Settings
from redheart_core.reasoning.parties import affected_parties
from redheart_core.reasoning.trace import Recorder, Stage
from redheart_core.text.extract import extract_features
from redheart_core.vocabulary.dilemma import clean_passage
from redheart_core.vocabulary.language import Language
from redheart_core.vocabulary.reading import Family, NeuralReader, NeuralReading


class System(StrEnum):
    """Which parts of the system speak."""

    RULES = "rules"
    NEURAL = "neural"
    BOTH = "both"


@dataclass(frozen=True, slots=True, kw_only=True)
class _SaidBefore:
    """A reader that repeats one reading whatever text it is handed."""

    reading: NeuralReading
    checkpoint_sha256: str
    trained_families: frozenset[Family]

    def read(self, text: str, *, context: str = "") -> NeuralReading:
        """Return the reading."""
        del text, context
        return self.reading


def integrated_scores(
    text: str, systems: Sequence[System], *, reader: NeuralReader, language: Language
) -> dict[System, float] | None:
    """Return the integrated score by system; None where the passage speaks of self-harm, which is never scored.

    Args:
        text: The passage.
        systems: Which scores are wanted. The model reads the passage at most once.
        reader: The neural part; not asked for the rules alone.
        language: Language of the passage.

    Raises:
        InputError: The passage is empty or cannot be read.
    """
    passage = clean_passage(text, what_en="text", what_ko="글")
    if speaks_of_self_harm(extract_features(passage, language)):
        return None
    said = None if set(systems) == {System.RULES} else _read_once(reader, passage)
    return {system: _score(passage, system, said, language) for system in systems}


def _read_once(reader: NeuralReader, passage: str) -> NeuralReader:
    return _SaidBefore(
        reading=reader.read(passage),
        checkpoint_sha256=reader.checkpoint_sha256,
        trained_families=reader.trained_families,
    )


def _score(passage: str, system: System, said: NeuralReader | None, language: Language) -> float:
    """Run the recorded path. Where the rules are silent they are handed an empty text, and so answer their priors."""
    recorder = Recorder()
    spoken = recorder.given("language", language.value)
    situation_text, situation = read_text(recorder, "situation.", "", spoken)
    nobody: list[list[Any]] = []
    parties = recorder.given("parties.given", nobody)
    affected = recorder.apply(
        "parties", affected_parties, stage=Stage.FEATURES, inputs={"situation": situation, "given": parties}
    )
    shared = SharedSteps(
        language=spoken,
        situation_text=situation_text,
        situation=situation,
        parties=parties,
        affected=affected,
        settings=Settings(),
        reader=None if system is System.RULES else said,
    )
    option = evaluate_option(recorder, shared, 0, "" if system is System.NEURAL else passage)
    return option.integrated.value
