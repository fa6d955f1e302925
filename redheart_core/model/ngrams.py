"""The linear part: what single words, pairs of words and letters say, beside what the network makes of the passage.

It adds its logits to the network's. Its weights are fitted, not drawn (``training.linear``), and each belongs to one
n-gram, so that what it contributes can be read off: weight of the n-gram in the passage times weight in the table.

Dimensions: R passages, N n-grams of all passages one after the other, C outputs of a table's families.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from redheart_core.model.config import NgramConfig, NgramTableConfig
from redheart_core.text.ngrams import NgramVector
from redheart_core.vocabulary.reading import OUTPUTS, Family


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class NgramBatch:
    """The weighted n-grams of several passages."""

    ids_N: Tensor
    values_N: Tensor
    """Weight of each n-gram in its passage; the logits are linear in it."""
    passages_N: Tensor
    """Which passage each n-gram stands in."""
    num_passages: int

    def to(self, device: torch.device | str) -> NgramBatch:
        """Return it on a device."""
        return NgramBatch(
            ids_N=self.ids_N.to(device),
            values_N=self.values_N.to(device),
            passages_N=self.passages_N.to(device),
            num_passages=self.num_passages,
        )

    def repeated(self, keep_KV: Tensor) -> NgramBatch:
        """Return K copies of one passage, each with every n-gram of the vocabulary (V) scaled by its own factor."""
        copies, count = keep_KV.shape[0], self.ids_N.shape[0]
        return NgramBatch(
            ids_N=self.ids_N.repeat(copies),
            values_N=(self.values_N * keep_KV[:, self.ids_N]).flatten(),
            passages_N=torch.arange(copies, device=self.ids_N.device).repeat_interleave(count),
            num_passages=copies,
        )


def ngram_batch(vectors: Sequence[NgramVector], *, device: torch.device | None = None) -> NgramBatch:
    """Put the n-grams of several passages into one batch."""
    counts_R = torch.tensor([len(vector.ids) for vector in vectors], device=device)
    ids_N = torch.from_numpy(np.concatenate([vector.ids for vector in vectors]))
    values_N = torch.from_numpy(np.concatenate([vector.values for vector in vectors]))
    return NgramBatch(
        ids_N=ids_N.to(device, torch.long),
        values_N=values_N.to(device),
        passages_N=torch.arange(len(vectors), device=device).repeat_interleave(counts_R),
        num_passages=len(vectors),
    )


class NgramTable(nn.Module):
    """Weights of a run of the vocabulary for the outputs of some families."""

    def __init__(self, config: NgramTableConfig) -> None:
        super().__init__()
        self.families, self.first, self.count = config.families, config.first, config.count
        self.widths = [len(OUTPUTS[family]) for family in config.families]
        self.weight = nn.Parameter(torch.zeros(config.count, sum(self.widths)))
        self.bias = nn.Parameter(torch.zeros(sum(self.widths)))
        self.network_scale = nn.Parameter(torch.ones(sum(self.widths)))
        """How much the network's logits count beside these."""

    def forward(self, batch: NgramBatch) -> dict[Family, Tensor]:
        """Return logits (R, C) by family, summed in float32 whatever the weights are kept in."""
        inside_N = (batch.ids_N >= self.first) & (batch.ids_N < self.first + self.count)
        rows_NC = self.weight[batch.ids_N[inside_N] - self.first].float() * batch.values_N[inside_N, None]
        logits_RC = self.bias.float().repeat(batch.num_passages, 1)
        logits_RC = logits_RC.index_add(0, batch.passages_N[inside_N], rows_NC)
        parts = torch.split(logits_RC, self.widths, dim=1)
        return dict(zip(self.families, parts, strict=True))


class NgramPart(nn.Module):
    """All tables. No family stands in two of them."""

    def __init__(self, config: NgramConfig) -> None:
        super().__init__()
        self.config = config
        self.tables = nn.ModuleList(NgramTable(table) for table in config.tables)

    def each_table(self) -> Iterator[NgramTable]:
        """Yield the tables."""
        for table in self.tables:
            assert isinstance(table, NgramTable)
            yield table

    def forward(self, network: Mapping[Family, Tensor], batch: NgramBatch) -> dict[Family, Tensor]:
        """Return the network's logits (R, C), scaled, with the linear part added where a family has a table."""
        blended, linear = dict(network), self.logits(batch)
        for table in self.each_table():
            scales = torch.split(table.network_scale.float(), table.widths)
            for family, scale_C in zip(table.families, scales, strict=True):
                if family in blended:
                    blended[family] = scale_C * blended[family] + linear[family]
        return blended

    def logits(self, batch: NgramBatch) -> dict[Family, Tensor]:
        """Return what the linear part says by itself, (R, C) by family, for the families that have a table."""
        said: dict[Family, Tensor] = {}
        for table in self.each_table():
            said.update(table(batch))
        return said
