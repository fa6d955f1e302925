"""Which modules must run for what is learned, and how much it counts that the bridge can do without one."""

from __future__ import annotations

from redheart_core.model.network import Part
from redheart_core.vocabulary.reading import Family

RECOVERY_WEIGHT = 0.1
"""Of the error with which the bridge recovers hidden modules' states, beside a task's loss."""
HEADS = frozenset({Part.EMOTION_HEAD, Part.BENTHAM_HEAD, Part.REGRET_HEAD, Part.SURD_HEAD})
"""What runs in a shallow stage."""
REQUIRED_PARTS: dict[Family, frozenset[Part]] = {
    Family.GOEMOTIONS: frozenset({Part.EMOTION_HEAD, Part.EMOTION_ANALYZER}),
    Family.KOTE: frozenset({Part.EMOTION_HEAD, Part.EMOTION_ANALYZER}),
    Family.NUANCE: frozenset({Part.EMOTION_HEAD, Part.EMOTION_ANALYZER}),
    Family.VAD: frozenset({Part.EMOTION_HEAD, Part.EMOTION_ANALYZER}),
    Family.HEDONIC: frozenset({Part.BENTHAM_HEAD, Part.BENTHAM_CALCULATOR}),
    Family.BENTHAM: frozenset({Part.BENTHAM_HEAD, Part.BENTHAM_CALCULATOR}),
    Family.REASONING: frozenset({Part.BENTHAM_HEAD, Part.COUNTERFACTUAL_REASONER}),
    Family.OUTCOME: frozenset({Part.COUNTERFACTUAL_REASONER}),
    Family.REGRET: frozenset({Part.REGRET_HEAD, Part.REGRET_ANALYZER}),
    Family.SURD: frozenset({Part.SURD_HEAD, Part.SURD_ANALYZER}),
    Family.CONDUCT: frozenset({Part.BENTHAM_HEAD, Part.COUNTERFACTUAL_REASONER}),
    Family.TRAIT: frozenset({Part.BENTHAM_HEAD, Part.COUNTERFACTUAL_REASONER}),
    Family.CAUSAL: frozenset({Part.BENTHAM_HEAD, Part.COUNTERFACTUAL_REASONER}),
    Family.SAFETY: frozenset({Part.EMOTION_HEAD, Part.BENTHAM_HEAD}),
}
"""Modules that must run for a family to be learned."""
