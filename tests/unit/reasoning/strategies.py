"""Hypothesis strategies and small builders for the reasoning tests."""

from __future__ import annotations

from hypothesis import strategies as st

from redheart_core.reasoning.score import INPUTS
from redheart_core.text.features import Cue, CueKind, TextFeatures
from redheart_core.vocabulary.bentham import LAYER_MAXIMUM, LAYER_MINIMUM, Layer, Variable
from redheart_core.vocabulary.language import Language

UNIT = st.floats(0.0, 1.0)
SIGNED = st.floats(-1.0, 1.0)
VARIABLES = st.fixed_dictionaries({variable.value: UNIT for variable in Variable})
LAYERS = st.fixed_dictionaries({layer.value: st.floats(LAYER_MINIMUM, LAYER_MAXIMUM) for layer in Layer})
DEVIATIONS = st.fixed_dictionaries({name: st.floats(0.0, 0.4) for name in INPUTS})
WORD = "word "
NUM_WORDS = 40


def passage(*cues: Cue, language: Language = Language.ENGLISH) -> TextFeatures:
    """Return features of a passage of forty words with these cues."""
    words = tuple((i * len(WORD), i * len(WORD) + 4) for i in range(NUM_WORDS))
    return TextFeatures(text=WORD * NUM_WORDS, language=language, words=words, cues=cues)


def cue(kind: CueKind, value: float = 1.0, *, at: int = 0, negated: bool = False, **more: object) -> Cue:
    """Return a cue on the word at position ``at``."""
    start = at * len(WORD)
    return Cue(kind=kind, entry="test", start=start, end=start + 4, value=value, negated=negated, **more)  # type: ignore[arg-type]


@st.composite
def cues(draw: st.DrawFn, kinds: tuple[CueKind, ...] = tuple(CueKind)) -> list[Cue]:
    """Draw up to eight cues of the given kinds."""
    found = []
    for at in range(draw(st.integers(0, 8))):
        kind = draw(st.sampled_from(kinds))
        emotions = {"joy": draw(UNIT), "sadness": draw(UNIT)} if kind is CueKind.EMOTION else {}
        found.append(
            cue(
                kind,
                draw(st.floats(-1.0, 1.0)),
                at=at,
                negated=draw(st.booleans()),
                strength=draw(st.floats(0.5, 1.5)),
                emotions=emotions,
            )
        )
    return found
