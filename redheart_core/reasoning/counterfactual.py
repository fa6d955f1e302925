"""The smallest single change that makes another option score highest, each verified by recomputing.

One number changes at a time: a variable of one option within [0, 1], a base weight (the others of its direction keep
their proportions), or the credence of a lens (likewise). The search looks at all numbers at once on a grid outward from
their present values, refines the first interval in which the leader changes, and recomputes all options at the rounded
answer.

Shapes: N candidate values, O options, I = 11 inputs, V = 10 variables.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from redheart_core.reasoning.score import INPUTS, Array, input_vector, variable_factors, view_scores, weight_vector
from redheart_core.vocabulary.bentham import VARIABLES, Lens, Variable, View

GRID = 48
"""Candidates on each side of the present value in the first look."""
REFINEMENTS = 3
"""Further looks at the interval found, each with as many candidates: better than 1e-6 in the end."""
STEP = 1e-6
"""Answers are given to six decimals, on the side where the leader has changed."""
MIN_CREDENCE, MAX_CREDENCE = 0.01, 0.99
"""A lens that may be absent from an option cannot be given all the credence, so the utilitarian one keeps some."""
LIMIT = 8


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Case:
    name: str
    inputs_I: Array
    deviations_I: Array
    factors_V: Array
    lenses: Mapping[str, float | None]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Settings:
    weights_V: Array
    view_weights_W: Array
    credences_L: Array
    width: float


def option_case(
    *,
    hedonic: float,
    variables: Mapping[str, float],
    deviations: Mapping[str, float],
    layers: Mapping[str, float],
    lenses: Mapping[str, float | None],
) -> dict[str, Any]:
    """Collect what an option's ethical score depends on."""
    return {
        "hedonic": hedonic,
        "variables": dict(variables),
        "deviations": dict(deviations),
        "layers": dict(layers),
        "lenses": dict(lenses),
    }


def smallest_changes(
    *,
    cases: Mapping[str, Mapping[str, Any]],
    weights: Mapping[str, float],
    view_weights: Mapping[str, float],
    credences: Mapping[str, float],
    width: float,
) -> list[dict[str, Any]]:
    """Return the changes that flip the leading option, smallest first, at most eight.

    Each has ``kind`` (``variable`` or ``weight``), ``name``, ``option``, ``before``, ``after``, ``size`` and
    ``new_leader``. Names break ties, so the order of the options does not matter.
    """
    options = [_case(name, cases[name]) for name in sorted(cases)]
    settings = _Settings(
        weights_V=weight_vector(weights),
        view_weights_W=np.array([view_weights[view.value] for view in View]),
        credences_L=np.array([credences[lens.value] for lens in Lens]),
        width=width,
    )
    problem = _Problem(options=options, settings=settings)
    leader = problem.leader()
    flips = [flip for axis in _axes(problem) for flip in problem.first_flips(axis, leader)]
    nearest = sorted(flips, key=lambda f: (abs(f.changed - f.axis.before), f.axis.kind, f.axis.name))[:LIMIT]
    found = [change for flip in nearest if (change := problem.refined(flip, leader)) is not None]
    return sorted(found, key=lambda c: (c["size"], c["kind"], c["name"], c["option"] or ""))


def _case(name: str, case: Mapping[str, Any]) -> _Case:
    return _Case(
        name=name,
        inputs_I=input_vector(case["hedonic"], case["variables"]),
        deviations_I=np.array([case["deviations"][key] for key in INPUTS]),
        factors_V=variable_factors(case["layers"]),
        lenses=case["lenses"],
    )


def _ethical(case: _Case, settings: _Settings, inputs_NI: Array, weights_NV: Array, credences_NL: Array) -> Array:
    """Return (N,) ethical scores of one option; the array form of ``lenses.ethical_score``."""
    views_WN = view_scores(inputs_NI, case.deviations_I, case.factors_V, weights_NV, settings.width)
    utilitarian_N = settings.view_weights_W @ views_WN
    known = {Lens.UTILITARIAN: utilitarian_N}
    known |= {lens: np.full_like(utilitarian_N, v) for lens in Lens if (v := _other_lens(case, lens)) is not None}
    columns = [i for i, lens in enumerate(Lens) if lens in known]
    stacked_LN = np.stack([known[lens] for lens in Lens if lens in known])
    shares_NL = credences_NL[:, columns]
    return np.asarray((stacked_LN.T * shares_NL).sum(axis=1) / shares_NL.sum(axis=1))


def _other_lens(case: _Case, lens: Lens) -> float | None:
    return None if lens is Lens.UTILITARIAN else case.lenses[lens.value]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Axis:
    """One number that may change."""

    kind: str
    name: str
    option: int | None
    """Position of the option whose variable it is; None for a weight."""
    column: int
    group: tuple[int, ...]
    """Columns of the weights that share a sum with it."""
    before: float
    low: float = 0.0
    high: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Flip:
    """An interval of an axis in which the leader changes."""

    axis: _Axis
    kept: float
    changed: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Problem:
    options: list[_Case]
    settings: _Settings

    def leader(self) -> int:
        """Return the position of the option that scores highest at present."""
        weights, credences = self.settings.weights_V[None], self.settings.credences_L[None]
        return int(
            np.argmax([_ethical(c, self.settings, c.inputs_I[None], weights, credences)[0] for c in self.options])
        )

    def leaders(self, axis: _Axis, values_N: Array) -> Array:
        """Return (N,) positions of the leading option at each value of one axis."""
        count = len(values_N)
        weights_NV = np.repeat(self.settings.weights_V[None], count, axis=0)
        credences_NL = np.repeat(self.settings.credences_L[None], count, axis=0)
        if axis.option is None and axis.name in _LENS_NAMES:
            credences_NL = _redistributed(self.settings.credences_L, axis, values_N)
        elif axis.option is None:
            weights_NV = _redistributed(self.settings.weights_V, axis, values_N)
        scores_ON = []
        for position, case in enumerate(self.options):
            inputs_NI = np.repeat(case.inputs_I[None], count, axis=0)
            if position == axis.option:
                inputs_NI[:, axis.column] = values_N
            scores_ON.append(_ethical(case, self.settings, inputs_NI, weights_NV, credences_NL))
        return np.asarray(np.argmax(np.stack(scores_ON), axis=0))

    def first_flips(self, axis: _Axis, leader: int) -> list[_Flip]:
        """Return the nearest interval below and above the present value in which the leader changes."""
        sides = [np.linspace(axis.before, bound, GRID + 1) for bound in (axis.low, axis.high)]
        leaders = self.leaders(axis, np.concatenate(sides)).reshape(2, GRID + 1)
        return [
            flip
            for values, found in zip(sides, leaders, strict=True)
            if (flip := _first(axis, values, found, leader)) is not None
        ]

    def refined(self, flip: _Flip, leader: int) -> dict[str, Any] | None:
        """Return the change as JSON values, or None when rounding cannot keep it."""
        for _ in range(REFINEMENTS):
            values = np.linspace(flip.kept, flip.changed, GRID + 1)
            flip = _first(flip.axis, values, self.leaders(flip.axis, values), leader) or flip
        sign = 1.0 if flip.changed > flip.axis.before else -1.0
        answers = np.round(np.clip(round(flip.changed, 6) + sign * STEP * np.arange(3), flip.axis.low, flip.axis.high), 6)
        leaders = self.leaders(flip.axis, answers)
        for answer, new_leader in zip(answers, leaders, strict=True):
            if new_leader != leader:
                return self._change(flip.axis, float(answer), int(new_leader))
        return None

    def _change(self, axis: _Axis, after: float, new_leader: int) -> dict[str, Any]:
        return {
            "kind": axis.kind,
            "name": axis.name,
            "option": None if axis.option is None else self.options[axis.option].name,
            "before": axis.before,
            "after": after,
            "size": abs(after - axis.before),
            "new_leader": self.options[new_leader].name,
        }


_LENS_NAMES = frozenset(lens.value for lens in Lens)


def _axes(problem: _Problem) -> list[_Axis]:
    """List every number that may change: variables by option, then base weights, then credences."""
    axes = [
        _Axis(
            kind="variable",
            name=variable.value,
            option=position,
            column=column,
            group=(),
            before=float(case.inputs_I[column]),
        )
        for position, case in enumerate(problem.options)
        for column, variable in enumerate(Variable, start=1)
    ]
    for column, variable in enumerate(Variable):
        direction = VARIABLES[variable].direction
        group = tuple(i for i, v in enumerate(Variable) if VARIABLES[v].direction is direction)
        if len(group) > 1:
            before = float(problem.settings.weights_V[column])
            axes.append(
                _Axis(kind="weight", name=variable.value, option=None, column=column, group=group, before=before)
            )
    everywhere = tuple(range(len(Lens)))
    for column, lens in enumerate(Lens):
        before = float(problem.settings.credences_L[column])
        axes.append(
            _Axis(
                kind="weight",
                name=lens.value,
                option=None,
                column=column,
                group=everywhere,
                before=before,
                low=min(before, MIN_CREDENCE) if lens is Lens.UTILITARIAN else 0.0,
                high=max(before, MAX_CREDENCE),
            )
        )
    return axes


def _first(axis: _Axis, values_N: Array, leaders_N: Array, leader: int) -> _Flip | None:
    """Return the first interval of the values, in their order, at whose end the leader has changed."""
    changed_N = leaders_N != leader
    if changed_N[0] or not changed_N.any():
        return None
    first = int(np.argmax(changed_N))
    return _Flip(axis=axis, kept=float(values_N[first - 1]), changed=float(values_N[first]))


def _redistributed(base_K: Array, axis: _Axis, values_N: Array) -> Array:
    """Set one weight of a group to each value; the group's others keep their proportions and the group its sum."""
    rows_NK = np.repeat(base_K[None], len(values_N), axis=0)
    others = [i for i in axis.group if i != axis.column]
    total, rest = base_K[list(axis.group)].sum(), base_K[others].sum()
    for other in others:
        share = base_K[other] / rest if rest > 0.0 else 1.0 / len(others)
        rows_NK[:, other] = (total - values_N) * share
    rows_NK[:, axis.column] = values_N
    return rows_NK
