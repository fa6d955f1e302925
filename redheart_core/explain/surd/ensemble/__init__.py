"""The perturbation ensemble around one option of a dilemma, or around one text: a population of our own design."""

from redheart_core.explain.surd.ensemble.design import Design, Varied
from redheart_core.explain.surd.ensemble.population import ENSEMBLE, ensemble_population, is_factor
from redheart_core.explain.surd.ensemble.run import Ensemble, Subject, run_ensemble
from redheart_core.explain.surd.ensemble.variants import Part, State

__all__ = [
    "ENSEMBLE",
    "Design",
    "Ensemble",
    "Part",
    "State",
    "Subject",
    "Varied",
    "ensemble_population",
    "is_factor",
    "run_ensemble",
]
