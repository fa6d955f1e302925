"""Modules as the structure gives them."""

from __future__ import annotations

from itertools import chain

import torch
from torch import nn

from redheart_core.training.modules import WHOLE, parameters_by_module
from tests.checkpoints import random_tiny_model


def test_every_parameter_is_in_exactly_one_module():
    model = random_tiny_model()
    modules = parameters_by_module(model)
    assert sorted(chain.from_iterable(modules.values())) == sorted(name for name, _ in model.named_parameters())
    assert {
        "backbone.embedding",
        "backbone.encoder.0",
        "backbone.encoder.1",
        "heads.emotion_head",
        "analyzers.surd_analyzer",
        "bridge",
        "auxiliary",
    } <= set(modules)


def test_names_that_begin_alike_are_told_apart_and_loose_parameters_belong_to_the_model():
    model = nn.Module()
    model.add_module("one", nn.Linear(2, 2))
    model.add_module("one_more", nn.Linear(2, 2, bias=False))
    model.register_parameter("loose", nn.Parameter(torch.zeros(1)))
    assert parameters_by_module(model) == {
        WHOLE: ("loose",),
        "one": ("one.weight", "one.bias"),
        "one_more": ("one_more.weight",),
    }
