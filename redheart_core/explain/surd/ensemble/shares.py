"""The four numbers of one text: which share of its score's entropy is redundant, unique, synergistic, or leaks.

What the SURD outputs of the model are taught is this and nothing else: the text is cut into three parts, the ensemble
of ``SHARES_DESIGN`` is drawn around it, and the realistic score is decomposed with the parts as sources. Terms are
corrected for bias by Miller and Madow inside i(t; A), so that they still add up.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from redheart_core.errors import InputError
from redheart_core.explain.surd.bias import miller_madow_correction
from redheart_core.explain.surd.ensemble.design import Design
from redheart_core.explain.surd.ensemble.run import Ensemble, Subject, run_ensemble
from redheart_core.explain.surd.measure import Measured, target_entropy
from redheart_core.explain.surd.observations import Coding, observe
from redheart_core.explain.surd.samples import measure_observations
from redheart_core.explain.surd.split import split
from redheart_core.vocabulary.bentham import View
from redheart_core.vocabulary.reading import NeuralReader

SHARES_DESIGN = Design(num_parts=3, num_alterations=2, num_cases=4_096, with_views=False)
"""At most 4³ = 64 texts. With 27 joint states and 4 bins the plug-in bias at independence is 0.014 bit."""
BINS = 4
TARGET = View.REALISTIC.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Shares:
    """Shares of the target's entropy, in the order of the model's SURD outputs; they add up to one."""

    redundant: float
    unique: float
    synergistic: float
    leak: float

    def values(self) -> tuple[float, float, float, float]:
        """Return them in the order of the outputs."""
        return self.redundant, self.unique, self.synergistic, self.leak


@dataclass(frozen=True, slots=True, kw_only=True)
class TextShares:
    """The shares of one text, with what they rest on."""

    corrected: Shares
    plug_in: Shares
    num_texts: int
    """Different texts that were scored."""


def text_shares(subject: Subject, *, reader: NeuralReader | None, seed: int = 0) -> TextShares | None:
    """Decompose the ensemble around one text.

    Returns:
        None where there is nothing to decompose: a text of fewer than three parts, one whose score no edit moves, one
        that speaks of self-harm, or one in another language.
    """
    try:
        ensemble = run_ensemble(subject, replace(SHARES_DESIGN, seed=seed), reader=reader)
        return ensemble_shares(ensemble) if len(ensemble.parts) == SHARES_DESIGN.num_parts else None
    except InputError:
        return None


def ensemble_shares(ensemble: Ensemble) -> TextShares:
    """Return the shares with all parts as sources.

    Raises:
        InputError: The score is the same in every case.
    """
    sources = {
        part.name: np.array([state.value for state in part.states])[ensemble.variants_NP[:, place]]
        for place, part in enumerate(ensemble.parts)
    }
    observations = observe(ensemble.scores[TARGET], sources, coding=Coding(bins=BINS), target_name=TARGET)
    measured = measure_observations(observations)
    return TextShares(
        corrected=_shares(measured, miller_madow_correction(measured, observations.num_units)),
        plug_in=_shares(measured, np.zeros(1)),
        num_texts=ensemble.num_texts,
    )


def _shares(measured: Measured, correction_ST: np.ndarray) -> Shares:
    sets = measured.sets
    information_STR = (measured.information_ST - correction_ST)[..., None]
    terms = split(information_STR, measured.target_T[:, None], sets)
    unique = float(terms.common_MR[1 << np.arange(sets.num_sources), 0].sum())
    common = float(terms.common_MR[:, 0].sum())
    synergistic = float(terms.synergy_SR[:, 0].sum())
    # The correction can lift what the sources tell a little above the entropy, which is not corrected.
    entropy = max(target_entropy(measured.target_T), common + synergistic)
    return Shares(
        redundant=(common - unique) / entropy,
        unique=unique / entropy,
        synergistic=synergistic / entropy,
        leak=1.0 - (common + synergistic) / entropy,
    )
