"""What stands in a layer, and how an output moves with it, against moving the layer itself."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from redheart_core.errors import ExplanationError
from redheart_core.explain.attribution.result import Unit
from redheart_core.explain.attribution.targets import target_named
from redheart_core.explain.concepts.layers import activations, gradients, layer_names
from redheart_core.explain.concepts.measure import ConceptSettings, measure_concepts
from redheart_core.explain.concepts.texts import concepts_named
from redheart_core.inference.embedding import open_encoder
from redheart_core.model.checkpoint import LoadedCheckpoint, load_checkpoint
from tests.checkpoints import SENTENCES, make_tiny_checkpoint

TEXT, CONTEXT = SENTENCES[0], SENTENCES[3]


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> LoadedCheckpoint:
    loaded = load_checkpoint(make_tiny_checkpoint(tmp_path_factory.mktemp("tiny")))
    loaded.model.double()
    loaded.model.backbone.embedding.restore_positions()
    return loaded


def hooks(checkpoint: LoadedCheckpoint) -> int:
    return sum(len(module._forward_hooks) for module in checkpoint.model.modules())


def test_a_layer_moves_an_output_as_its_gradient_says(
    checkpoint: LoadedCheckpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("redheart_core.explain.concepts.layers.require_float32", lambda _model: None)
    scalar = target_named(checkpoint.manifest, "reasoning/acceptable").scalar(Unit.LOGIT)
    model = checkpoint.model
    encoding = checkpoint.tokenizer.encode(TEXT, context=CONTEXT, max_tokens=model.config.max_tokens)
    ids_BT, segments_BT = torch.tensor([encoding.ids]), torch.tensor([encoding.segments])
    mask_BT = torch.ones_like(ids_BT, dtype=torch.bool)
    generator = torch.Generator().manual_seed(0)
    for layer in (name for name in layer_names(model) if name != "pooled"):
        gradient_D = gradients(checkpoint, [(TEXT, CONTEXT)], layer, scalar)[0]
        direction_D = torch.randn(len(gradient_D), generator=generator, dtype=torch.float64)
        module = model.backbone if layer == "states" else model.backbone.encoder[int(layer.split(".")[1])]

        def value(step: float, module: torch.nn.Module = module, along_D: torch.Tensor = direction_D) -> float:
            handle = module.register_forward_hook(lambda _module, _inputs, output: output + step * along_D)
            with torch.no_grad():
                found = float(scalar(model(ids_BT, mask_BT, segments_BT).logits)[0])
            handle.remove()
            return found

        expected = (value(1e-3) - value(-1e-3)) / 2e-3
        assert float(gradient_D @ direction_D.numpy()) == pytest.approx(expected, rel=1e-2, abs=1e-4)


def test_the_pooled_layer_is_what_passages_are_stored_as(tmp_path: Path) -> None:
    folder = make_tiny_checkpoint(tmp_path)
    encoder, loaded = open_encoder(str(folder)), load_checkpoint(folder)
    found_ND = activations(loaded, [(TEXT, ""), (TEXT, CONTEXT)], "pooled")
    np.testing.assert_array_equal(found_ND[0], encoder.embed(TEXT).astype(np.float64))
    np.testing.assert_array_equal(found_ND[1], encoder.embed(TEXT, context=CONTEXT).astype(np.float64))
    width = loaded.model.config.backbone.d_model
    np.testing.assert_allclose(
        activations(loaded, [(TEXT, "")], "states")[0], found_ND[0, width : 2 * width], atol=1e-6
    )


def test_pooled_gradients_follow_heads_and_integration(tmp_path: Path) -> None:
    loaded = load_checkpoint(make_tiny_checkpoint(tmp_path))
    scalar = target_named(loaded.manifest, "hedonic/hedonic").scalar(Unit.LOGIT)
    gradient_P = gradients(loaded, [(TEXT, "")], "pooled", scalar)[0]
    seen: list[torch.Tensor] = []

    def keep(_module: torch.nn.Module, inputs: tuple[torch.Tensor, ...]) -> tuple[torch.Tensor, ...]:
        if not seen:
            seen.append(inputs[0].detach().requires_grad_())
        return (seen[0],)

    handles = [head.register_forward_pre_hook(keep) for head in loaded.model.heads.values()]
    handles.append(loaded.model.auxiliary.register_forward_pre_hook(lambda _module, inputs: (inputs[0], seen[0])))
    encoding = loaded.tokenizer.encode(TEXT, max_tokens=loaded.model.config.max_tokens)
    ids_BT = torch.tensor([encoding.ids])
    logits = loaded.model(ids_BT, torch.ones_like(ids_BT, dtype=torch.bool), torch.tensor([encoding.segments])).logits
    expected = torch.autograd.grad(scalar(logits).sum(), seen[0])[0][0]
    for handle in handles:
        handle.remove()
    np.testing.assert_allclose(gradient_P, expected.numpy(), rtol=1e-4, atol=1e-6)


def test_hooks_are_gone_afterwards(tmp_path: Path) -> None:
    loaded = load_checkpoint(make_tiny_checkpoint(tmp_path))
    activations(loaded, [(TEXT, "")], "encoder.0")
    with pytest.raises(ZeroDivisionError):
        gradients(loaded, [(TEXT, "")], "encoder.0", lambda _logits: 1 / 0)  # type: ignore[arg-type, return-value]
    assert hooks(loaded) == 0


def test_unknown_layers_and_other_precisions_are_refused(checkpoint: LoadedCheckpoint) -> None:
    scalar = target_named(checkpoint.manifest, "reasoning/acceptable").scalar(Unit.LOGIT)
    with pytest.raises(ExplanationError, match=r"no layer 'encoder.9'. Known layers: encoder.0"):
        activations(checkpoint, [(TEXT, "")], "encoder.9")
    with pytest.raises(ExplanationError, match="needs weights in float32"):
        gradients(checkpoint, [(TEXT, "")], "states", scalar)


def test_concepts_are_measured_alike_each_time_in_the_languages_asked_for(tmp_path: Path) -> None:
    loaded = load_checkpoint(make_tiny_checkpoint(tmp_path))
    scalar = target_named(loaded.manifest, "reasoning/acceptable").scalar(Unit.LOGIT)
    passages = [(sentence, "") for sentence in SENTENCES]
    chosen = concepts_named(["harm", "promise"])
    settings = ConceptSettings(layer="states", languages=("en",), num_fits=10)
    first = measure_concepts(loaded, scalar, passages, concepts=chosen, settings=settings)
    assert first == measure_concepts(loaded, scalar, passages, concepts=chosen, settings=settings)
    assert [one.concept for one in first.concepts] == ["harm", "promise"]
    assert first.num_texts == len(SENTENCES)
    with pytest.raises(ExplanationError, match="0 texts"):
        measure_concepts(loaded, scalar, [], concepts=chosen, settings=settings)
    with pytest.raises(ExplanationError, match="Choose from ko, en"):
        ConceptSettings(languages=("fr",))
