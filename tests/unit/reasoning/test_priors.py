"""The measured priors are complete, and usable where they are used."""

from __future__ import annotations

from redheart_core.reasoning.priors import priors
from redheart_core.vocabulary.bentham import Lens, Variable


def test_every_rule_has_a_measured_prior() -> None:
    others = {"hedonic", Lens.DEONTOLOGICAL.value, Lens.VIRTUE_ETHICS.value}
    assert set(priors()) == {variable.value for variable in Variable} | others


def test_no_spread_is_zero_so_that_no_estimate_claims_to_be_exact() -> None:
    assert all(prior.deviation > 0.0 for prior in priors().values())
    assert all(-1.0 <= prior.mean <= 1.0 for prior in priors().values())


def test_harms_rest_at_nothing() -> None:
    assert priors()["external_cost"].mean == priors()["self_damage"].mean == 0.0
