"""What rule, learned system and trivial baseline come to on runs that the learned system has not seen.

Every function returns one outcome per held run; the networks are trained anew for each fold and seed.
Dimensions: B cases, S points of a curve, K candidates, F measurements.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from redheart_core.model.network import RedHeartModel
from redheart_core.training.optimization.features import (
    NOISE_SPREAD,
    candidate_features,
    curve_features,
    horizon_target,
    learning_features,
    memory_features,
    memory_target,
    nearest_horizon,
    noise_target,
    past_best,
    rate_target,
    share_target,
    validation_losses,
)
from redheart_core.training.optimization.fit import (
    FitSettings,
    chosen_rows,
    fit_crossover,
    fit_detector,
    folds,
    mean_estimates,
)
from redheart_core.training.optimization.model import GROUPS, held_loss, put_weights
from redheart_core.training.optimization.recording import Recording, branch, group_names, mixture
from redheart_core.training.optimization.rules import Stop, best_so_far, layer_rate, sweet_spot
from redheart_core.training.optimization.telemetry import MemoryRecord, RunRecord

RUN_PRICE = 0.02
"""What a whole run of steps is worth: this share of the validation loss. Stopping is judged by regret plus price."""
PATIENCES = range(1, 9)
THRESHOLDS = tuple(step / 20 for step in range(4, 20))


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Three numbers about one run; smaller is better."""

    rule: float
    learned: float
    """Mean over seeds."""
    baseline: float


@dataclass(frozen=True, slots=True, kw_only=True)
class StoppingOutcome:
    """Of one run: total cost, and the two parts of it."""

    cost: Outcome
    regret: Outcome
    steps_used: Outcome


def stopping_outcomes(runs: Sequence[RunRecord], settings: FitSettings) -> list[StoppingOutcome]:
    """Compare the sweet-spot rule with the detector; the baseline trains to the end and keeps the best evaluation.

    The rule's patience and the detector's threshold are both chosen on the runs that were learned from.
    """
    curve_BSF = torch.tensor([curve_features(run) for run in runs])
    past_best_BS = torch.tensor([past_best(run) for run in runs])
    losses = [validation_losses(run) for run in runs]
    outcomes: dict[int, StoppingOutcome] = {}
    for seen, held in folds(len(runs)):
        patience = _best(
            PATIENCES, [losses[place] for place in seen], lambda own, value: sweet_spot(own, patience=value)
        )
        stops: dict[int, list[Stop]] = defaultdict(list)
        for seed in range(settings.num_seeds):
            detect = fit_detector(settings, chosen_rows(curve_BSF, seen), chosen_rows(past_best_BS, seen), seed=seed)
            said = detect(curve_BSF).tolist()
            threshold = _best_threshold([(losses[place], said[place]) for place in seen])
            for place in held:
                stops[place].append(_stop_at(losses[place], said[place], threshold))
        for place in held:
            outcomes[place] = _stopping(losses[place], sweet_spot(losses[place], patience=patience), stops[place])
    return [outcomes[place] for place in range(len(runs))]


def _best(
    values: Sequence[int], curves: Sequence[Sequence[float]], decide: Callable[[Sequence[float], int], Stop]
) -> int:
    return min(values, key=lambda value: sum(stopping_cost(own, decide(own, value)) for own in curves))


def _best_threshold(cases: Sequence[tuple[Sequence[float], Sequence[float]]]) -> float:
    def cost(threshold: float) -> float:
        return sum(stopping_cost(losses, _stop_at(losses, said, threshold)) for losses, said in cases)

    return min(THRESHOLDS, key=cost)


def _stop_at(losses: Sequence[float], said: Sequence[float], threshold: float) -> Stop:
    place = next((place for place, value in enumerate(said) if place > 0 and value > threshold), len(losses) - 1)
    return Stop(stopped_at=place, kept=best_so_far(losses, place))


def stopping_regret(losses: Sequence[float], stop: Stop) -> float:
    """Return by which share the kept loss is above the best of the whole curve."""
    return losses[stop.kept] / min(losses) - 1


def stopping_cost(losses: Sequence[float], stop: Stop) -> float:
    """Return regret plus the price of the steps taken."""
    return stopping_regret(losses, stop) + RUN_PRICE * (stop.stopped_at + 1) / len(losses)


def _stopping(losses: Sequence[float], rule: Stop, learned: Sequence[Stop]) -> StoppingOutcome:
    last = len(losses) - 1
    end = Stop(stopped_at=last, kept=best_so_far(losses, last))

    def outcome(measure: Callable[[Stop], float]) -> Outcome:
        return Outcome(rule=measure(rule), learned=_mean([measure(stop) for stop in learned]), baseline=measure(end))

    return StoppingOutcome(
        cost=outcome(lambda stop: stopping_cost(losses, stop)),
        regret=outcome(lambda stop: stopping_regret(losses, stop)),
        steps_used=outcome(lambda stop: (stop.stopped_at + 1) / len(losses)),
    )


def crossover_outcomes(
    runs: Sequence[RunRecord], settings: FitSettings, load: Callable[[RunRecord], Recording]
) -> tuple[list[Outcome], list[Outcome]]:
    """Compare greedy swaps with learned shares, both really merged, by their loss on the check examples.

    Returns:
        Outcomes against the best single checkpoint, and against the plain average. Losses are relative to the best
        single checkpoint's: -0.01 is one per cent lower.
    """
    layers = [(place, layer) for place, run in enumerate(runs) for layer in run.crossover.layers]
    candidate_BKF = torch.tensor([candidate_features(runs[place], layer) for place, layer in layers])
    share_BK = torch.stack([share_target(layer.swap_losses) for _, layer in layers])
    single: dict[int, Outcome] = {}
    for seen, held in folds(len(runs)):
        rows = [row for row, (place, _) in enumerate(layers) if place in set(seen)]
        scorers = [
            fit_crossover(settings, chosen_rows(candidate_BKF, rows), chosen_rows(share_BK, rows), seed=seed)
            for seed in range(settings.num_seeds)
        ]
        for place in held:
            own = [row for row, (owner, _) in enumerate(layers) if owner == place]
            shares = [scorer(chosen_rows(candidate_BKF, own)) for scorer in scorers]
            single[place] = _crossed(load(runs[place]), shares)
    ordered = [single[place] for place in range(len(runs))]
    averages = [_relative(run, run.crossover.check_losses[-1]) for run in runs]
    return ordered, [replace(outcome, baseline=average) for outcome, average in zip(ordered, averages, strict=True)]


def _relative(run: RunRecord, check_loss: float) -> float:
    trial = run.crossover
    best = min(range(len(trial.steps)), key=lambda candidate: trial.losses[candidate])
    return check_loss / trial.check_losses[best] - 1


def _crossed(recording: Recording, shares: Sequence[Tensor]) -> Outcome:
    record, model = recording.record, recording.snapshot.model
    names = group_names(model)

    def loss(share_GK: Tensor) -> float:
        own = {layer.group: share_GK[row] for row, layer in enumerate(record.crossover.layers)}
        put_weights(model, mixture(recording.saved, names, own))
        return _relative(record, _check(model, recording))

    learned = _mean([loss(share_GK) for share_GK in shares])
    return Outcome(rule=_relative(record, record.crossover.greedy_check_loss), learned=learned, baseline=0.0)


def _check(model: RedHeartModel, recording: Recording) -> float:
    return held_loss(model, recording.data, recording.data.check)


def memory_outcomes(records: Sequence[MemoryRecord], settings: FitSettings) -> list[Outcome]:
    """Compare the plan with its learned correction, by absolute relative error; one outcome per model.

    The baseline multiplies the plan with the median ratio of the models that were learned from.
    """
    names = sorted({record.model for record in records})
    inputs_BF = torch.tensor([memory_features(record) for record in records])
    target_B = torch.tensor([memory_target(record) for record in records])
    outcomes: dict[int, Outcome] = {}
    for seen, held in folds(len(names)):
        known = {names[place] for place in seen}
        rows = [row for row, record in enumerate(records) if record.model in known]
        constant = target_B[rows].median()
        for place in held:
            own = [row for row, record in enumerate(records) if record.model == names[place]]
            said = mean_estimates(
                settings, settings.config.peak_memory, inputs_BF[rows], target_B[rows], inputs_BF[own]
            )
            wanted = target_B[own]
            outcomes[place] = Outcome(
                rule=_off(torch.zeros(len(own)), wanted),
                learned=_mean([_off(each, wanted) for each in said]),
                baseline=_off(constant.expand(len(own)), wanted),
            )
    return [outcomes[place] for place in range(len(names))]


def _off(said_B: Tensor, wanted_B: Tensor) -> float:
    return float((torch.exp(said_B - wanted_B) - 1).abs().mean())


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One question to an estimator about a run."""

    place: int
    features: list[float]
    target: float


def _estimates(cases: Sequence[Case], num_runs: int, settings: FitSettings) -> dict[int, list[tuple[int, list[float]]]]:
    """Return by run the rows of its cases, each with the estimates of all seeds, which have not seen that run."""
    inputs_BF = torch.tensor([case.features for case in cases])
    target_B = torch.tensor([case.target for case in cases])
    found: dict[int, list[tuple[int, list[float]]]] = defaultdict(list)
    for seen, held in folds(num_runs):
        rows = [row for row, case in enumerate(cases) if case.place in set(seen)]
        own = [row for row, case in enumerate(cases) if case.place in set(held)]
        said = mean_estimates(settings, settings.config.learning, inputs_BF[rows], target_B[rows], inputs_BF[own])
        for column, row in enumerate(own):
            found[cases[row].place].append((row, [float(each[column]) for each in said]))
    return found


def accumulation_outcomes(runs: Sequence[RunRecord], settings: FitSettings) -> list[Outcome]:
    """Compare the noise scale measured now with the estimated one, as forecasts of the next measurement.

    Errors are absolute, in powers of two. The baseline is the median of the runs that were learned from.
    """
    cases = [
        Case(place=place, features=learning_features(run, now.point, 1.0), target=noise_target(after))
        for place, run in enumerate(runs)
        for now, after in zip(run.noise, run.noise[1:], strict=False)
    ]
    estimates = _estimates(cases, len(runs), settings)
    constants = _held_medians([(case.place, case.target) for case in cases], len(runs))
    return [
        Outcome(
            rule=_mean(
                [
                    abs(now.log2_noise_scale - after.log2_noise_scale)
                    for now, after in zip(run.noise, run.noise[1:], strict=False)
                ]
            ),
            learned=NOISE_SPREAD
            * _mean([abs(said - cases[row].target) for row, each in estimates[place] for said in each]),
            baseline=NOISE_SPREAD * _mean([abs(constants[place] - cases[row].target) for row, _ in estimates[place]]),
        )
        for place, run in enumerate(runs)
    ]


def _held_medians(targets: Sequence[tuple[int, float]], num_runs: int) -> dict[int, float]:
    medians = {}
    for seen, held in folds(num_runs):
        known = torch.tensor([target for place, target in targets if place in set(seen)])
        medians.update(dict.fromkeys(held, float(known.median())))
    return medians


def averaging_outcomes(runs: Sequence[RunRecord], settings: FitSettings) -> list[Outcome]:
    """Compare decay 0.999 with warm-up and the estimated horizon, by loss on the check examples.

    Losses are relative to those of the weights themselves, which are the baseline.
    """
    pairs = [(place, trial) for place, run in enumerate(runs) for trial in run.averages]
    cases = [
        Case(place=place, features=learning_features(runs[place], trial.point, 1.0), target=horizon_target(trial))
        for place, trial in pairs
    ]
    estimates = _estimates(cases, len(runs), settings)
    return [
        Outcome(
            rule=_mean([trial.check_losses[-1] / trial.check_losses[0] - 1 for trial in run.averages]),
            learned=_mean(
                [
                    pairs[row][1].check_losses[nearest_horizon(said)] / pairs[row][1].check_losses[0] - 1
                    for row, each in estimates[place]
                    for said in each
                ]
            ),
            baseline=0.0,
        )
        for place, run in enumerate(runs)
    ]


def layer_rate_outcomes(
    runs: Sequence[RunRecord], settings: FitSettings, load: Callable[[RunRecord], Recording]
) -> list[Outcome]:
    """Compare a decay of 0.9 per layer with the estimated rates by really going on with them; one rate is the baseline.

    Losses are relative to those of one rate for all layers, on the check examples. The estimate is the mean of the
    seeds, so that there is one training to make per run.
    """
    cases = [
        Case(place=place, features=learning_features(run, trial.point, trial.depth), target=rate_target(trial))
        for place, run in enumerate(runs)
        for trial in run.rates
    ]
    estimates = _estimates(cases, len(runs), settings)
    outcomes = []
    for place, run in enumerate(runs):
        said = [_mean(each) for _, each in estimates[place]]
        outcomes.append(_branched(load(run), dict(zip(GROUPS, said, strict=True))))
    return outcomes


def _branched(recording: Recording, learned: Mapping[str, float]) -> Outcome:
    def loss(log2_factors: Mapping[str, float]) -> float:
        return branch(recording.data, recording.record.spec, recording.snapshot, log2_factors)[1]

    decayed = {group: math.log2(layer_rate(len(GROUPS) - 1 - place)) for place, group in enumerate(GROUPS)}
    plain = loss({})
    return Outcome(rule=loss(decayed) / plain - 1, learned=loss(learned) / plain - 1, baseline=0.0)


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
