"""The recorded study: every trial is a command that exists, and measuring one again leaves the others alone."""

from __future__ import annotations

from dataclasses import replace

import click
import pytest

from redheart_core.cli.compress import compress
from redheart_core.errors import ConfigError, DataError
from redheart_core.measurements import Measurement, load_measurement
from redheart_core.training.compression.report import Outcome, Report, RowChange
from redheart_core.training.compression.study import TRIALS, chosen_trials, facts_of, renewed_rows, rows_of, run_trial

REPORT = Report(
    phase="pruning",
    setting="half",
    command="redheart compress prune",
    seed=3,
    seconds=1.25,
    parameters_before=10,
    parameters_after=6,
    trainable=0,
    outcomes=(
        Outcome(
            task="kote", metric="macro-F1", setting="half, then 9 steps", before=0.4, after=0.3, baseline=0.1,
            reference=None, num_rows=50,
        ),
    ),
    numbers={"speed_ratio_1_passages": 1.5},
    table=(RowChange(name="Emotion head", before=4_000, after=1_000),),
)  # fmt: skip


@pytest.mark.parametrize("trial", TRIALS, ids=lambda trial: trial.name)
def test_every_trial_is_a_command_with_options_that_exist(trial: object) -> None:
    name, *arguments = trial.arguments  # type: ignore[attr-defined]
    command = compress.commands[name]
    context = command.make_context(name, list(arguments))
    assert isinstance(context, click.Context)
    assert not context.args


def test_a_row_carries_its_metric_and_the_numbers_of_its_run() -> None:
    (row,) = rows_of(TRIALS[4], REPORT, checkpoint="a" * 64)
    assert row["setting"] == "half, then 9 steps"
    assert row["metric"] == "kote: macro-F1"
    assert (row["parameters_before"], row["parameters"], row["before"], row["after"]) == (10, 6, 0.4, 0.3)
    assert (row["speed_ratio_1_passages"], row["trial"], row["seed"]) == (1.5, TRIALS[4].name, 3)
    assert row["checkpoint"] == "a" * 64


def test_rows_of_an_untrained_teacher_name_no_checkpoint() -> None:
    untrained = [trial for trial in TRIALS if trial.has_untrained_teacher]
    assert [trial.name for trial in untrained] == ["full-to-compact", "full-to-100m"]
    assert "checkpoint" not in rows_of(untrained[0], REPORT, checkpoint="a" * 64)[0]


def _recorded(*names: str) -> Measurement:
    rows = tuple({"trial": name, "after": 0.0} for name in names)
    return Measurement(command="c", machine="m", date="2026-11-24", torch="2", rows=rows)


def test_measuring_one_trial_again_leaves_the_others() -> None:
    known = _recorded(TRIALS[0].name, TRIALS[2].name, TRIALS[2].name)
    rows = renewed_rows(known, {TRIALS[2].name: [{"trial": TRIALS[2].name, "after": 1.0}], TRIALS[1].name: []})
    assert [(row["trial"], row["after"]) for row in rows] == [(TRIALS[0].name, 0.0), (TRIALS[2].name, 1.0)]


def test_facts_name_both_settings_of_the_full_model_and_every_row_of_the_table() -> None:
    facts = facts_of(None, [REPORT])
    assert "(0.67%)" in str(facts["full, adapters by default"])
    assert "rank 328 on 127 layers: 200,226,944 trainable" in str(facts["full, about 200 M trainable"])
    assert facts["half, Emotion head"] == "4,000 to 1,000 parameters"


def test_an_unknown_trial_is_answered_with_the_known_ones() -> None:
    assert chosen_trials(()) == TRIALS
    assert chosen_trials(("lora",)) == TRIALS[:1]
    with pytest.raises(ConfigError, match=r"There is no trial sorcery\. Known: lora, qlora-nf4"):
        chosen_trials(("sorcery",))


def test_a_command_that_fails_says_why(tmp_path: object) -> None:
    broken = replace(TRIALS[0], arguments=("lora", "--base", "nowhere", "--task", "kote"))
    with pytest.raises(DataError, match=r"lora ended with 2: .*There is no checkpoint 'nowhere'"):
        run_trial(broken, data_dir=tmp_path, cache_dir=tmp_path)  # type: ignore[arg-type]


@pytest.mark.skipif(load_measurement("compression") is None, reason="not measured yet")
def test_what_is_recorded_belongs_to_a_trial() -> None:
    measurement = load_measurement("compression")
    assert measurement is not None
    recorded = {str(row["trial"]) for row in measurement.rows}
    assert recorded <= {trial.name for trial in TRIALS}
    assert all(row["before"] is not None and row["after"] is not None for row in measurement.rows)
