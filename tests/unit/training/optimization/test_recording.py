import random

import pytest
import torch

from redheart_core.text.tokenizer import Tokenizer
from redheart_core.training.objectives import JudgedObjective
from redheart_core.training.optimization.memory import MODES, SHAPES, record_memory
from redheart_core.training.optimization.model import (
    GROUPS,
    NUM_HELD,
    layer_groups,
    narrow_embedding,
    run_data,
    run_model,
    weights_of,
)
from redheart_core.training.optimization.recording import branch, group_names, mixture, record_run
from redheart_core.training.optimization.runs import Bench, load_recording, run_specs, save_recording
from redheart_core.training.optimization.telemetry import HORIZONS, LOG_RATES, NUM_SAVED, RunSpec
from redheart_core.training.tasks import Example, Task
from redheart_core.vocabulary.reading import Family
from tests.checkpoints import SENTENCES, tiny_tokenizer_bytes

SPEC = RunSpec(index=0, task="toy", seed=1, learning_rate=4e-3, num_examples=64, dropout=0.0, batch_size=8, steps=144)


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory):
    path = tmp_path_factory.mktemp("tokenizer") / "tokenizer.json"
    path.write_bytes(tiny_tokenizer_bytes())
    return Tokenizer.from_file(path)


@pytest.fixture(scope="module")
def task():
    """Whether a passage speaks of a friend: a plain target that a narrow model can learn."""
    state = random.Random(0)
    texts = [" ".join(state.sample(SENTENCES, 2)) for _ in range(64 + 2 * NUM_HELD)]
    examples = tuple(Example(passages=((text, ""),), target=(float("friend" in text),), group=text) for text in texts)
    objective = JudgedObjective(Family.HEDONIC, "hedonic")
    return Task(name="toy", objective=objective, train=examples[:64], dev=examples[64:], files=())


@pytest.fixture(scope="module")
def table_VD(tokenizer):
    torch.manual_seed(0)
    return narrow_embedding(torch.randn(tokenizer.vocabulary_size, 64))


def test_every_parameter_is_in_one_layer(table_VD):
    model = run_model(SPEC, table_VD)
    grouped = [name for layer in layer_groups(model).values() for name in layer]
    assert sorted(grouped) == sorted(name for name, _ in model.named_parameters())
    assert all(layer_groups(model)[name] for name in GROUPS)


def test_held_examples_are_in_no_other_set(task, tokenizer):
    data = run_data(SPEC, task, tokenizer)
    assert sum(batch.target_BK.shape[0] for batch in data.validation) == NUM_HELD
    assert sum(batch.target_BK.shape[0] for batch in data.check) == NUM_HELD


def test_a_mixture_takes_each_layer_from_its_candidate(table_VD):
    model = run_model(SPEC, table_VD)
    names = group_names(model)
    own = weights_of(model)
    saved = (own, {name: weight + 1 for name, weight in own.items()})
    first, second, half = torch.tensor([1.0, 0.0]), torch.tensor([0.0, 1.0]), torch.tensor([0.5, 0.5])
    shares = dict.fromkeys(GROUPS, first) | {"embedding": second, "joint": half}
    mixed = mixture(saved, names, shares)
    for group, moved in (("encoder_0", 0.0), ("embedding", 1.0), ("joint", 0.5)):
        for name in names[group]:
            torch.testing.assert_close(mixed[name], own[name] + moved)


def test_a_longer_series_of_runs_begins_with_the_shorter_one():
    assert run_specs(20)[:7] == run_specs(7)


@pytest.mark.slow
def test_a_run_is_recorded_alike_twice_and_learns(task, tokenizer, table_VD):
    recording = record_run(SPEC, task, tokenizer, table_VD)
    record = recording.record
    assert record == record_run(SPEC, task, tokenizer, table_VD).record
    assert record.curve[-1].training_loss < 0.7 * record.curve[0].training_loss
    assert len(record.crossover.steps) == NUM_SAVED
    assert all(len(trial.check_losses) == len(HORIZONS) + 1 for trial in record.averages)
    # The layer of the best checkpoint changes nothing, so its trial has the loss of that checkpoint.
    best = min(record.crossover.losses[:-1])
    assert all(best in layer.swap_losses for layer in record.crossover.layers)
    plain = branch(recording.data, SPEC, recording.snapshot, {})[0]
    assert all(trial.losses[LOG_RATES.index(0.0)] == pytest.approx(plain) for trial in record.rates)


@pytest.mark.slow
def test_a_recorded_run_goes_on_from_its_files_as_it_would_have(task, tokenizer, table_VD, tmp_path):
    recording = record_run(SPEC, task, tokenizer, table_VD)
    save_recording(tmp_path, recording)
    loaded = load_recording(
        Bench(tasks={"toy": task}, tokenizer=tokenizer, table_VD=table_VD), tmp_path, recording.record
    )
    assert len(loaded.saved) == len(recording.saved)
    for weights, again in zip(recording.saved, loaded.saved, strict=True):
        assert all(torch.equal(weights[name], again[name]) for name in weights)
    before = branch(recording.data, SPEC, recording.snapshot, {})
    assert branch(loaded.data, SPEC, loaded.snapshot, {}) == before


@pytest.mark.slow
def test_peaks_are_counted_for_every_shape_and_a_checkpointed_step_is_smaller():
    records = record_memory(1)
    assert len(records) == len(MODES) * len(SHAPES)
    largest = {
        (record.is_training, record.is_checkpointed): record.measured_bytes
        for record in records
        if (record.batch, record.length) == (16, 96)
    }
    assert largest[False, False] < largest[True, True] < largest[True, False]
