"""From logits to the scale on which outputs are declared.

Bounded adjustments and the hedonic value are tanh, everything else is a sigmoid; both are steeper or flatter by the
family's temperature, which is fitted on development data.
"""

from __future__ import annotations

import torch
from torch import Tensor

from redheart_core.vocabulary.reading import ADJUSTMENT_BOUND, Family


def to_output_scale(family: Family, logits: Tensor, temperature: float = 1.0) -> Tensor:
    """Map logits of any shape to the family's range: [-bound, bound], [-1, 1] or [0, 1]."""
    scaled = logits / temperature
    if family in ADJUSTMENT_BOUND:
        return ADJUSTMENT_BOUND[family] * torch.tanh(scaled)
    if family is Family.HEDONIC:
        return torch.tanh(scaled)
    return torch.sigmoid(scaled)
