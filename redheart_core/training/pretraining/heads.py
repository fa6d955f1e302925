"""What guesses hidden tokens and detects replaced ones: used in pre-training only, dropped afterwards.

Dimensions: B passages, T tokens, N hidden tokens, D width, V vocabulary.
Sources: tied output embedding, Press & Wolf 2017, https://arxiv.org/abs/1608.05859. Replaced-token detection: Clark et
al. 2020, https://arxiv.org/abs/2003.10555. Guessing the original from the generator's text instead of from [MASK], so
that one pass of the backbone serves both: Meng et al. 2021, https://arxiv.org/abs/2102.08473.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy, gelu

from redheart_core.model.backbone import Backbone
from redheart_core.model.config import BackboneConfig, ModelConfig
from redheart_core.training.pretraining.config import PretrainingConfig
from redheart_core.training.pretraining.masking import Masked, hide_tokens
from redheart_core.training.pretraining.sequences import TextBatch


class TokenGuess(nn.Module):
    """Logits over the vocabulary through the token embedding itself; only width x width weights of its own."""

    def __init__(self, width: int, vocabulary_size: int) -> None:
        super().__init__()
        self.dense = nn.Linear(width, width)
        self.norm = nn.LayerNorm(width)
        self.bias_V = nn.Parameter(torch.zeros(vocabulary_size))

    def forward(self, hidden_ND: Tensor, embedding_VD: Tensor) -> Tensor:
        """Return (N, V)."""
        logits_NV: Tensor = nn.functional.linear(self.norm(gelu(self.dense(hidden_ND))), embedding_VD, self.bias_V)
        return logits_NV


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PretrainingLoss:
    """One batch's loss and its unweighted parts, in nats."""

    total: Tensor
    """What a step minimises, weights included."""
    parts: dict[str, Tensor]
    num_hidden: int


class PretrainingHeads(nn.Module):
    """Everything that pre-training adds to the backbone."""

    def __init__(self, model: ModelConfig, config: PretrainingConfig) -> None:
        super().__init__()
        self.vocabulary_size, self.share = model.vocabulary_size, config.masked_share
        self.guess = TokenGuess(model.backbone.d_model, model.vocabulary_size)
        self.generator: Backbone | None = None
        self.detection_weight = config.detection_weight
        if config.generator_width is not None:
            self._add_generator(model, config.generator_width)

    def forward(self, backbone: Backbone, batch: TextBatch, generator: torch.Generator) -> PretrainingLoss:
        """Hide tokens of a batch and return the loss of finding them."""
        masked = hide_tokens(batch.ids_BT, share=self.share, vocabulary_size=self.vocabulary_size, generator=generator)
        if self.generator is None:
            loss = self._guess_loss(self.guess, backbone, batch, masked)[0]
            return PretrainingLoss(total=loss, parts={"masked_language": loss}, num_hidden=masked.original_N.numel())
        return self._detect(backbone, batch, masked, generator)

    def _add_generator(self, model: ModelConfig, width: int) -> None:
        shape = BackboneConfig(
            d_model=width,
            num_layers=1,
            num_heads=2,
            feedforward_width=2 * width,
            projection_width=width,
            conditioning_width=8,
            dropout=0.0,
        )
        self.generator = Backbone(shape, vocabulary_size=model.vocabulary_size, max_tokens=model.max_tokens)
        self.generator_guess = TokenGuess(width, model.vocabulary_size)
        self.detect = nn.Linear(model.backbone.d_model, 1)

    def _detect(
        self, backbone: Backbone, batch: TextBatch, masked: Masked, generator: torch.Generator
    ) -> PretrainingLoss:
        small = cast(Backbone, self.generator)
        filling, logits_NV = self._guess_loss(self.generator_guess, small, batch, masked)
        drawn_N = _draw(logits_NV.detach(), generator)
        filled = Masked(
            ids_BT=masked.ids_BT.masked_scatter(masked.hidden_BT, drawn_N),
            hidden_BT=masked.hidden_BT,
            original_N=masked.original_N,
        )
        hidden_BTD = _states(backbone, filled.ids_BT, batch)
        logits_NV = self.guess(hidden_BTD[filled.hidden_BT], backbone.embedding.token.weight)
        guessed = cross_entropy(logits_NV.float(), filled.original_N)
        said_M = self.detect(hidden_BTD)[batch.mask_BT].squeeze(-1).float()
        detected = binary_cross_entropy_with_logits(said_M, (filled.ids_BT != batch.ids_BT)[batch.mask_BT].float())
        return PretrainingLoss(
            total=guessed + filling + self.detection_weight * detected,
            parts={"masked_language": guessed, "generator": filling, "detection": detected},
            num_hidden=masked.original_N.numel(),
        )

    def _guess_loss(
        self, guess: TokenGuess, backbone: Backbone, batch: TextBatch, masked: Masked
    ) -> tuple[Tensor, Tensor]:
        """Return the loss and the logits (N, V): computed at the hidden tokens only."""
        hidden_ND = _states(backbone, masked.ids_BT, batch)[masked.hidden_BT]
        logits_NV = guess(hidden_ND, backbone.embedding.token.weight).float()
        return cross_entropy(logits_NV, masked.original_N), logits_NV


def _states(backbone: Backbone, ids_BT: Tensor, batch: TextBatch) -> Tensor:
    hidden_BTD: Tensor = backbone(backbone.embedding(ids_BT), batch.mask_BT, batch.segments_BT)
    return hidden_BTD


def _draw(logits_NV: Tensor, generator: torch.Generator) -> Tensor:
    """Draw one token per row by the Gumbel trick: the same distribution as multinomial, faster on a CPU."""
    noise_NV = torch.empty_like(logits_NV).exponential_(generator=generator).log_()
    return (logits_NV - noise_NV).argmax(dim=-1)
