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
REFINEMENTS = 2
FINE_GRID = 256
"""Candidates in each further look at the interval found: better than 1e-6 after two."""
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
    problem = _Problem(options=options, settings=settings, present_O=_present(options, settings))
    leader = int(np.argmax(problem.present_O))
    flips = [flip for axes in _axes(problem) for flip in problem.first_flips(axes, leader)]
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
    """Return (N,) ethical scores of one option; the array form of ``lenses.ethical_score``.

    Each array has N rows, or one row that holds for all.
    """
    views_WN = view_scores(inputs_NI, case.deviations_I, case.factors_V, weights_NV, settings.width)
    utilitarian_N = settings.view_weights_W @ views_WN
    known = {Lens.UTILITARIAN: utilitarian_N}
    known |= {lens: np.full_like(utilitarian_N, v) for lens in Lens if (v := _other_lens(case, lens)) is not None}
    columns = [i for i, lens in enumerate(Lens) if lens in known]
    stacked_LN = np.stack([known[lens] for lens in Lens if lens in known])
    shares_NL = credences_NL[:, columns]
    return np.asarray((stacked_LN.T * shares_NL).sum(axis=1) / shares_NL.sum(axis=1))


def _present(options: list[_Case], settings: _Settings) -> Array:
    """Return (O,) ethical scores as they are."""
    weights, credences = settings.weights_V[None], settings.credences_L[None]
    return np.array([_ethical(case, settings, case.inputs_I[None], weights, credences)[0] for case in options])


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
    present_O: Array

    def leaders(self, axes: list[_Axis], values_AN: Array) -> Array:
        """Return (A, N) positions of the leading option at each value of each axis.

        All axes belong to one option, whose score alone then changes, or are all weights, which change every score.
        """
        count = values_AN.size
        settings, option = self.settings, axes[0].option
        if option is None:
            weights_NV, credences_NL = self._weights(axes, values_AN)
            scores = [_ethical(c, settings, c.inputs_I[None], weights_NV, credences_NL) for c in self.options]
        else:
            case, weights, credences = self.options[option], settings.weights_V[None], settings.credences_L[None]
            inputs_NI = np.repeat(case.inputs_I[None], count, axis=0)
            columns = np.repeat([axis.column for axis in axes], values_AN.shape[1])
            inputs_NI[np.arange(count), columns] = values_AN.ravel()
            changed = _ethical(case, settings, inputs_NI, weights, credences)
            scores = [changed if o == option else np.full(count, self.present_O[o]) for o in range(len(self.options))]
        return np.asarray(np.argmax(np.stack(scores), axis=0)).reshape(values_AN.shape)

    def _weights(self, axes: list[_Axis], values_AN: Array) -> tuple[Array, Array]:
        """Return (A·N, 10) base weights and (A·N, 3) credences, each row with one of them changed."""
        num = values_AN.shape[1]
        weights, credences = [], []
        for axis, values_N in zip(axes, values_AN, strict=True):
            is_lens = axis.name in _LENS_NAMES
            unchanged = np.repeat(self.settings.weights_V[None], num, axis=0)
            weights.append(unchanged if is_lens else _redistributed(self.settings.weights_V, axis, values_N))
            unchanged = np.repeat(self.settings.credences_L[None], num, axis=0)
            credences.append(_redistributed(self.settings.credences_L, axis, values_N) if is_lens else unchanged)
        return np.concatenate(weights), np.concatenate(credences)

    def first_flips(self, axes: list[_Axis], leader: int) -> list[_Flip]:
        """Return the nearest intervals below and above the present values in which the leader changes."""
        sides = [np.linspace(axis.before, bound, GRID + 1) for axis in axes for bound in (axis.low, axis.high)]
        both = [axis for axis in axes for _ in range(2)]
        found = self.leaders(both, np.stack(sides))
        return [
            flip
            for axis, values, leaders in zip(both, sides, found, strict=True)
            if (flip := _first(axis, values, leaders, leader)) is not None
        ]

    def refined(self, flip: _Flip, leader: int) -> dict[str, Any] | None:
        """Return the change as JSON values, or None when rounding cannot keep it."""
        for _ in range(REFINEMENTS):
            values = np.linspace(flip.kept, flip.changed, FINE_GRID + 1)
            flip = _first(flip.axis, values, self.leaders([flip.axis], values[None])[0], leader) or flip
        sign = 1.0 if flip.changed > flip.axis.before else -1.0
        answers = np.round(
            np.clip(round(flip.changed, 6) + sign * STEP * np.arange(3), flip.axis.low, flip.axis.high), 6
        )
        leaders = self.leaders([flip.axis], answers[None])[0]
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


def _axes(problem: _Problem) -> list[list[_Axis]]:
    """List every number that may change: the variables option by option, then all base weights and credences."""
    by_option = [
        [
            _Axis(
                kind="variable",
                name=variable.value,
                option=position,
                column=column,
                group=(),
                before=float(case.inputs_I[column]),
            )
            for column, variable in enumerate(Variable, start=1)
        ]
        for position, case in enumerate(problem.options)
    ]
    return [*by_option, [*_weight_axes(problem.settings), *_credence_axes(problem.settings)]]


def _weight_axes(settings: _Settings) -> list[_Axis]:
    axes = []
    for column, variable in enumerate(Variable):
        direction = VARIABLES[variable].direction
        group = tuple(i for i, v in enumerate(Variable) if VARIABLES[v].direction is direction)
        if len(group) > 1:
            before = float(settings.weights_V[column])
            axes.append(
                _Axis(kind="weight", name=variable.value, option=None, column=column, group=group, before=before)
            )
    return axes


def _credence_axes(settings: _Settings) -> list[_Axis]:
    axes = []
    for column, lens in enumerate(Lens):
        before = float(settings.credences_L[column])
        low = min(before, MIN_CREDENCE) if lens is Lens.UTILITARIAN else 0.0
        axes.append(
            _Axis(
                kind="weight",
                name=lens.value,
                option=None,
                column=column,
                group=tuple(range(len(Lens))),
                before=before,
                low=low,
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
