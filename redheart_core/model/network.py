"""The whole model: backbone, heads, analysers, bridge, auxiliary modules, in one forward path.

Training, inference and explanation all go through ``RedHeartModel``; what differs is where they enter: token ids,
token vectors (attribution), or sequence states (the dropout masks that measure uncertainty).

Dimensions: B passages, T tokens, D width, P = 3D pooled width, C outputs of a family, M modules.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

import torch
from torch import Tensor, nn

from redheart_core.model import analyzers
from redheart_core.model.auxiliary import AuxiliaryModules
from redheart_core.model.backbone import Backbone
from redheart_core.model.bridge import ModuleBridge, is_sound
from redheart_core.model.config import ModelConfig
from redheart_core.model.heads import SubjectHead
from redheart_core.model.layers import FeatureDropout, masked_mean
from redheart_core.model.ngrams import NgramBatch, NgramPart
from redheart_core.model.optimization import OptimizationSystems
from redheart_core.vocabulary.reading import Family

HIDING_PROBABILITY = 0.1
"""How often a module's state is hidden from the bridge in training, so that its recovery is learned."""
NOISE_PROBABILITY, NOISE_SIZE = 0.1, 0.5
"""How often noise is added to a state in training, and its standard deviation beside states of about one."""


class Part(StrEnum):
    """A head or an analyser: a module whose state the bridge merges."""

    EMOTION_HEAD = "emotion_head"
    BENTHAM_HEAD = "bentham_head"
    REGRET_HEAD = "regret_head"
    SURD_HEAD = "surd_head"
    EMOTION_ANALYZER = "emotion_analyzer"
    BENTHAM_CALCULATOR = "bentham_calculator"
    REGRET_ANALYZER = "regret_analyzer"
    COUNTERFACTUAL_REASONER = "counterfactual_reasoner"
    SURD_ANALYZER = "surd_analyzer"


ALL_PARTS = frozenset(Part)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PartOutputs:
    """What heads and analysers made of a batch, before bridge and auxiliary modules."""

    states: Mapping[str, Tensor]
    """(B, own width) by part."""
    logits: Mapping[Part, Mapping[Family, Tensor]]
    """Each part's own share of the logits, (B, C) by family."""
    pooled_BP: Tensor


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ModelOutput:
    """Logits of a batch of passages."""

    logits: Mapping[Family, Tensor]
    """(B, C) by family, before temperature and output scale. Float32 whatever the model computes in."""
    recovery_error: Tensor
    """See ``Merged.recovery_error``."""


class RedHeartModel(nn.Module):
    """The one architecture. A config decides every width; nothing is created after construction."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.config = config
        d_model = config.backbone.d_model
        pooled_width = 3 * d_model
        self.backbone = Backbone(config.backbone, vocabulary_size=config.vocabulary_size, max_tokens=config.max_tokens)
        self.feature_dropout = FeatureDropout(config.feature_dropout)
        heads, own_analyzers = _heads(config, pooled_width), _analyzers(config, d_model)
        self.heads = nn.ModuleDict(heads)
        self.analyzers = nn.ModuleDict(own_analyzers)
        widths = {name: module.state_width for name, module in (*heads.items(), *own_analyzers.items())}
        self.bridge = ModuleBridge(config.bridge, widths)
        self.auxiliary = AuxiliaryModules(
            config.auxiliary, bridge_width=config.bridge.width, pooled_width=pooled_width, families=config.families
        )
        self.ngrams = None if config.ngrams is None else NgramPart(config.ngrams)
        self.optimization = None if config.optimization is None else OptimizationSystems(config.optimization)

    def forward(
        self,
        ids_BT: Tensor,
        mask_BT: Tensor,
        segments_BT: Tensor,
        ngrams: NgramBatch | None = None,
        *,
        parts: frozenset[Part] = ALL_PARTS,
        depth: int | None = None,
    ) -> ModelOutput:
        """Read token ids (B, T).

        Args:
            ids_BT: Tokens.
            mask_BT: True at real tokens.
            segments_BT: 0 for the context, 1 for the text.
            ngrams: N-grams of the same passages. A model that knows some needs them, except while its network trains.
            parts: Modules that run; the bridge masks the others.
            depth: Encoder layers that run, by default all. Fewer only in training, to learn the easy part first.
        """
        embeddings_BTD = self.backbone.embedding(ids_BT)
        return self.forward_from_embeddings(embeddings_BTD, mask_BT, segments_BT, ngrams, parts=parts, depth=depth)

    def forward_from_embeddings(
        self,
        embeddings_BTD: Tensor,
        mask_BT: Tensor,
        segments_BT: Tensor,
        ngrams: NgramBatch | None = None,
        *,
        parts: frozenset[Part] = ALL_PARTS,
        depth: int | None = None,
    ) -> ModelOutput:
        """Read token vectors (B, T, D), without position and segment. Padding must follow the passage."""
        hidden_BTD = self.backbone(embeddings_BTD, mask_BT, segments_BT, depth=depth)
        return self.forward_from_states(self.feature_dropout(hidden_BTD), mask_BT, ngrams, parts=parts)

    def forward_from_states(
        self,
        hidden_BTD: Tensor,
        mask_BT: Tensor,
        ngrams: NgramBatch | None = None,
        *,
        parts: frozenset[Part] = ALL_PARTS,
    ) -> ModelOutput:
        """Read sequence states (B, T, D), as the backbone gives them or with features masked."""
        return self.finish(self.run_parts(hidden_BTD, mask_BT, parts=parts), ngrams)

    def run_parts(self, hidden_BTD: Tensor, mask_BT: Tensor, *, parts: frozenset[Part] = ALL_PARTS) -> PartOutputs:
        """Run heads and analysers on sequence states (B, T, D)."""
        pooled_BP = _pool(hidden_BTD, mask_BT)
        states: dict[str, Tensor] = {}
        logits: dict[Part, Mapping[Family, Tensor]] = {}
        for part in Part:
            if part in parts:
                states[part.value], logits[part] = self._run(part, hidden_BTD, mask_BT, pooled_BP)
        return PartOutputs(states=states, logits=logits, pooled_BP=pooled_BP)

    def finish(self, outputs: PartOutputs, ngrams: NgramBatch | None = None) -> ModelOutput:
        """Merge what the parts say. A part whose state is corrupt says nothing about that passage.

        Raises:
            ValueError: The model is not training, has a linear part, and no n-grams were given.
        """
        batch, device = outputs.pooled_BP.shape[0], outputs.pooled_BP.device
        logits: dict[Family, Tensor] = {}
        for part, own in outputs.logits.items():
            sound_B1 = is_sound(outputs.states[part.value]).unsqueeze(-1)
            _add(logits, {family: torch.where(sound_B1, values, 0.0) for family, values in own.items()})
        hidden_BM = self._hide(batch, device) if self.training else None
        noise_BMW = self._disturb(batch, device) if self.training else None
        merged = self.bridge(outputs.states, hidden_BM, noise_BMW)
        _add(logits, self.auxiliary(merged.state_BW, outputs.pooled_BP))
        return ModelOutput(logits=self._with_ngrams(logits, ngrams), recovery_error=merged.recovery_error)

    def take_linear_part(self, part: NgramPart) -> None:
        """Put a fitted linear part in place; from then on n-grams must be given."""
        self.ngrams = part
        self.config = replace(self.config, ngrams=part.config)

    def _with_ngrams(self, logits: dict[Family, Tensor], ngrams: NgramBatch | None) -> dict[Family, Tensor]:
        if self.ngrams is None or (ngrams is None and self.training):
            return logits
        if ngrams is None:
            raise ValueError("This model also reads n-grams: give the n-grams of the passages.")
        blended: dict[Family, Tensor] = self.ngrams(logits, ngrams)
        return blended

    def _run(
        self, part: Part, hidden_BTD: Tensor, mask_BT: Tensor, pooled_BP: Tensor
    ) -> tuple[Tensor, dict[Family, Tensor]]:
        module = self._part(part)
        result: tuple[Tensor, dict[Family, Tensor]] = (
            module(pooled_BP) if part.value in self.heads else module(hidden_BTD, mask_BT)
        )
        return result

    def _part(self, part: Part) -> nn.Module:
        return self.heads[part.value] if part.value in self.heads else self.analyzers[part.value]

    def _hide(self, batch: int, device: torch.device) -> Tensor:
        return torch.rand(batch, len(Part), device=device) < HIDING_PROBABILITY

    def _disturb(self, batch: int, device: torch.device) -> Tensor:
        chosen_BM1 = torch.rand(batch, len(Part), 1, device=device) < NOISE_PROBABILITY
        return chosen_BM1 * NOISE_SIZE * torch.randn(batch, len(Part), self.config.bridge.width, device=device)


def _heads(config: ModelConfig, pooled_width: int) -> dict[str, SubjectHead]:
    def head(part: Part, *families: Family) -> SubjectHead:
        return SubjectHead(getattr(config, part.value), pooled_width=pooled_width, families=families)

    return {
        Part.EMOTION_HEAD.value: head(Part.EMOTION_HEAD, *analyzers.EMOTION_FAMILIES),
        Part.BENTHAM_HEAD.value: head(Part.BENTHAM_HEAD, Family.HEDONIC, Family.BENTHAM),
        Part.REGRET_HEAD.value: head(Part.REGRET_HEAD, Family.REGRET),
        Part.SURD_HEAD.value: head(Part.SURD_HEAD, Family.SURD),
    }


def _analyzers(config: ModelConfig, d_model: int) -> dict[str, analyzers.Analyzer]:
    return {
        Part.EMOTION_ANALYZER.value: analyzers.NeuralEmotionAnalyzer(config.emotion_analyzer, d_model=d_model),
        Part.BENTHAM_CALCULATOR.value: analyzers.NeuralBenthamCalculator(config.bentham_calculator, d_model=d_model),
        Part.REGRET_ANALYZER.value: analyzers.NeuralRegretAnalyzer(config.regret_analyzer, d_model=d_model),
        Part.COUNTERFACTUAL_REASONER.value: analyzers.NeuralCounterfactualReasoner(
            config.counterfactual_reasoner, d_model=d_model
        ),
        Part.SURD_ANALYZER.value: analyzers.NeuralSURDAnalyzer(config.surd_analyzer, d_model=d_model),
    }


def _pool(hidden_BTD: Tensor, mask_BT: Tensor) -> Tensor:
    lowest = torch.finfo(hidden_BTD.dtype).min
    highest_BD = hidden_BTD.masked_fill(~mask_BT.unsqueeze(-1), lowest).amax(dim=1)
    return torch.cat([hidden_BTD[:, 0], masked_mean(hidden_BTD, mask_BT), highest_BD], dim=-1)


def _add(total: dict[Family, Tensor], part: Mapping[Family, Tensor]) -> None:
    """Add logits in float32: the sum of several parts should not be rounded to the precision of one."""
    for family, logits in part.items():
        total[family] = total[family] + logits.float() if family in total else logits.float()
