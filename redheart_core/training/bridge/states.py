"""What the bridge is given on real passages, computed once, so that its parts can be exchanged cheaply.

Dimensions: R passages (B, or 2B for pairs: all first ones, then all second ones), B items, M modules, W width of the
bridge, K target columns.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from redheart_core.model.auxiliary import AuxiliaryModules
from redheart_core.model.bridge import ModuleBridge
from redheart_core.model.network import Part, PartOutputs, RedHeartModel
from redheart_core.text.tokenizer import Tokenizer
from redheart_core.training.batches import Batch, collate, cut, tokenize
from redheart_core.training.tasks import Example, Task
from redheart_core.vocabulary.reading import Family

BATCH_SIZE, MAX_BATCH_TOKENS = 64, 8192


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CachedRows:
    """Rows of one task, read by everything before the bridge."""

    task: Task
    outputs: PartOutputs
    target_BK: Tensor
    groups: tuple[str, ...]

    @property
    def num_items(self) -> int:
        """Rows of the task; a pair counts once."""
        return self.target_BK.shape[0]

    def passages(self, items: Tensor) -> Tensor:
        """Return the places of the passages of some items, first sides before second ones."""
        sides = self.outputs.pooled_BP.shape[0] // self.num_items
        return torch.cat([items + side * self.num_items for side in range(sides)])

    def take(self, items: Tensor) -> CachedRows:
        """Return some of the items, in that order; an item may be repeated."""
        return CachedRows(
            task=self.task,
            outputs=_select(self.outputs, self.passages(items)),
            target_BK=self.target_BK[items],
            groups=tuple(self.groups[place] for place in items.tolist()),
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Upper:
    """What comes after heads and analysers."""

    bridge: ModuleBridge
    auxiliary: AuxiliaryModules

    def logits(
        self, outputs: PartOutputs, *, without: Part | None = None, hidden_RM: Tensor | None = None
    ) -> tuple[dict[Family, Tensor], Tensor]:
        """Return the logits (R, C) by family, and the recovery error. ``without`` is a part that does not run."""
        states = {name: state for name, state in outputs.states.items() if name != without}
        merged = self.bridge(states, hidden_RM)
        logits: dict[Family, Tensor] = self.auxiliary(merged.state_BW, outputs.pooled_BP)
        for part, own in outputs.logits.items():
            if part is not without:
                logits |= {family: logits[family] + values for family, values in own.items()}
        return logits, merged.recovery_error


def spread(examples: Sequence[Example], count: int) -> tuple[Example, ...]:
    """Return at most ``count`` examples, evenly spaced: without chance, and without the order of the file."""
    if len(examples) <= count:
        return tuple(examples)
    return tuple(examples[place * len(examples) // count] for place in range(count))


def cache_rows(model: RedHeartModel, tokenizer: Tokenizer, task: Task, examples: Sequence[Example]) -> CachedRows:
    """Run backbone, heads and analysers over ``examples``."""
    items = tokenize(examples, tokenizer, max_tokens=model.config.max_tokens)
    order = sorted(range(len(items)), key=lambda place: items[place].num_tokens)
    batches = map(collate, cut([items[p] for p in order], batch_size=BATCH_SIZE, max_batch_tokens=MAX_BATCH_TOKENS))
    model.eval()
    with torch.no_grad():
        done = [(_run(model, batch), batch.target_BK) for batch in batches]
    return CachedRows(
        task=task,
        outputs=_join([outputs for outputs, _ in done], sides=len(items[0].encodings)),
        target_BK=torch.cat([target for _, target in done]),
        groups=tuple(examples[place].group for place in order),
    )


def projected(bridge: ModuleBridge, rows: Sequence[CachedRows]) -> Tensor:
    """Return the states (R, M, W) of all rows together as the bridge sees them."""
    with torch.no_grad():
        return torch.cat([bridge.integration.gather(each.outputs.states) for each in rows])


def _run(model: RedHeartModel, batch: Batch) -> PartOutputs:
    embeddings_RTD = model.backbone.embedding(batch.ids_RT)
    hidden_RTD = model.backbone(embeddings_RTD, batch.mask_RT, batch.segments_RT)
    return model.run_parts(hidden_RTD, batch.mask_RT)


def _select(outputs: PartOutputs, places: Tensor) -> PartOutputs:
    def chosen(logits: Mapping[Family, Tensor]) -> dict[Family, Tensor]:
        return {family: values[places] for family, values in logits.items()}

    return PartOutputs(
        states={name: state[places] for name, state in outputs.states.items()},
        logits={part: chosen(own) for part, own in outputs.logits.items()},
        pooled_BP=outputs.pooled_BP[places],
    )


def _join(outputs: Sequence[PartOutputs], *, sides: int) -> PartOutputs:
    def joined(parts: Sequence[Tensor]) -> Tensor:
        return torch.cat([part.chunk(sides)[side] for side in range(sides) for part in parts])

    first = outputs[0]
    return PartOutputs(
        states={name: joined([each.states[name] for each in outputs]) for name in first.states},
        logits={
            part: {family: joined([each.logits[part][family] for each in outputs]) for family in own}
            for part, own in first.logits.items()
        },
        pooled_BP=joined([each.pooled_BP for each in outputs]),
    )
