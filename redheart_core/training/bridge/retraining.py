"""Bridge and auxiliary modules trained afresh on cached states: each rule's own chance, from the same start.

Dimensions: M modules.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

import torch

from redheart_core.model.auxiliary import AuxiliaryModules
from redheart_core.model.bridge import ModuleBridge
from redheart_core.model.config import ModelConfig
from redheart_core.model.network import HIDING_PROBABILITY, Part
from redheart_core.training.bridge.states import CachedRows, Upper, projected
from redheart_core.training.bridge.variants import BridgePart, fit_rules, with_rule
from redheart_core.training.objectives import total_loss
from redheart_core.training.required import RECOVERY_WEIGHT

LEARNING_RATE = 1e-3
BATCH_ITEMS = 64
REFIT_EVERY = 50
"""Steps after which a rule that was fitted to states is fitted again, because the projections move."""


def train_upper(
    config: ModelConfig, rows: Sequence[CachedRows], *, rule: BridgePart | None, seed: int, steps: int
) -> Upper:
    """Train a bridge, with the rule in the place of one part or none, and auxiliary modules from random weights."""
    upper = _fresh(config, rows, rule, seed)
    parameters = [*upper.bridge.parameters(), *upper.auxiliary.parameters()]
    optimizer = torch.optim.AdamW(parameters, lr=LEARNING_RATE)
    random_state = random.Random(seed)
    generator = torch.Generator().manual_seed(seed)
    for step in range(steps):
        if rule is not None and step % REFIT_EVERY == 0:
            _refit(upper.bridge, config, rows, rule)
        task_rows = random_state.choice(rows)
        batch = task_rows.take(torch.randint(task_rows.num_items, (BATCH_ITEMS,), generator=generator))
        hidden_RM = torch.rand(batch.outputs.pooled_BP.shape[0], len(Part), generator=generator) < HIDING_PROBABILITY
        logits, error = upper.logits(batch.outputs, hidden_RM=hidden_RM)
        loss = total_loss(batch.task.objective, logits, batch.target_BK) + RECOVERY_WEIGHT * error
        optimizer.zero_grad()
        torch.autograd.backward(loss)
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        for group in optimizer.param_groups:
            group["lr"] = LEARNING_RATE * (1 - (step + 1) / steps)
    if rule is not None:
        _refit(upper.bridge, config, rows, rule)
    upper.auxiliary.eval()
    return upper


def _fresh(config: ModelConfig, rows: Sequence[CachedRows], rule: BridgePart | None, seed: int) -> Upper:
    """Build the learned parts first, so that every arm of a seed starts from the same weights."""
    torch.manual_seed(seed)
    outputs = rows[0].outputs
    widths = {part.value: outputs.states[part.value].shape[1] for part in Part}
    bridge = ModuleBridge(config.bridge, widths)
    auxiliary = AuxiliaryModules(
        config.auxiliary,
        bridge_width=config.bridge.width,
        pooled_width=outputs.pooled_BP.shape[1],
        families=config.families,
    )
    if rule is not None:
        bridge = _ruled(bridge, config, rows, rule)
    return Upper(bridge=bridge, auxiliary=auxiliary.train())


def _refit(bridge: ModuleBridge, config: ModelConfig, rows: Sequence[CachedRows], rule: BridgePart) -> None:
    if rule in (BridgePart.MEMORY, BridgePart.RECOVERY):
        fresh = _ruled(bridge, config, rows, rule)
        bridge.register_module(rule.value, fresh.get_submodule(rule.value))


def _ruled(bridge: ModuleBridge, config: ModelConfig, rows: Sequence[CachedRows], rule: BridgePart) -> ModuleBridge:
    states_RMW = projected(bridge, rows)
    fitted = fit_rules(bridge, states_RMW, num_components=config.bridge.memory_width, imitate=False)
    return with_rule(bridge, rule, fitted)
