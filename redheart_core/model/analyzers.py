"""The five analysers: each reads the whole sequence and adds its logits to those of the head of its subject.

Dimensions: B passages, T tokens, S segments, D width of the backbone, W own width, Q queries, C outputs of a family.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from redheart_core.model.config import QueryAnalyzerConfig, RecurrentAnalyzerConfig
from redheart_core.model.layers import READOUT_STD, Attention, Readout, ResidualLayer, masked_mean, segments
from redheart_core.vocabulary.bentham import RegretType, View
from redheart_core.vocabulary.reading import OUTPUTS, Family

EMOTION_FAMILIES = (Family.GOEMOTIONS, Family.KOTE, Family.NUANCE, Family.VAD)
Analysis = tuple[Tensor, dict[Family, Tensor]]


class NeuralEmotionAnalyzer(nn.Module):
    """A recurrent network over the sequence, then multi-head attention among its states."""

    def __init__(self, config: RecurrentAnalyzerConfig, *, d_model: int) -> None:
        super().__init__()
        self.state_width = 2 * config.width
        self.segment_tokens = config.segment_tokens
        self.recurrent = nn.GRU(d_model, config.width, num_layers=config.num_gru_layers, batch_first=True)
        self.norm = nn.LayerNorm(config.width)
        self.attention = Attention(config.width, config.width, config.width, config.num_heads)
        self.readouts = nn.ModuleDict(
            {family.value: Readout(self.state_width, len(OUTPUTS[family])) for family in EMOTION_FAMILIES}
        )

    def forward(self, hidden_BTD: Tensor, mask_BT: Tensor) -> Analysis:
        """Return the state (B, 2W) and logits (B, C) by family. Padding must follow the passage."""
        segment_BSD, mask_BS = segments(hidden_BTD, mask_BT, self.segment_tokens)
        recurrent_BSW, _ = self.recurrent(segment_BSD)
        normed = self.norm(recurrent_BSW)
        attended_BSW = recurrent_BSW + self.attention(normed, normed, mask_BS)
        last_B = mask_BS.sum(dim=1) - 1
        last_BW = attended_BSW[torch.arange(last_B.shape[0]), last_B]
        state = torch.cat([masked_mean(attended_BSW, mask_BS), last_BW], dim=-1)
        return state, {Family(name): readout(state) for name, readout in self.readouts.items()}


class QueryNetwork(nn.Module):
    """One learned question per output: it attends to the sequence, thinks in depth, and answers with a number."""

    def __init__(self, config: QueryAnalyzerConfig, *, d_model: int, num_queries: int) -> None:
        super().__init__()
        self.attention = Attention(config.width, d_model, config.attention_width or config.width, config.num_heads)
        self.layers = nn.ModuleList(
            ResidualLayer(config.width, config.feedforward_width) for _ in range(config.num_layers)
        )
        self.norm = nn.LayerNorm(config.width)
        self.answer_QW = nn.Parameter(READOUT_STD * torch.randn(num_queries, config.width))
        self.bias_Q = nn.Parameter(torch.zeros(num_queries))

    def forward(self, queries_QW: Tensor, hidden_BTD: Tensor, mask_BT: Tensor) -> tuple[Tensor, Tensor]:
        """Return the mean state (B, W) and one logit per query (B, Q)."""
        queries_BQW = queries_QW.expand(hidden_BTD.shape[0], -1, -1)
        state_BQW = queries_BQW + self.attention(queries_BQW, hidden_BTD, mask_BT)
        for layer in self.layers:
            state_BQW = layer(state_BQW)
        state_BQW = self.norm(state_BQW)
        return state_BQW.mean(dim=1), (state_BQW * self.answer_QW).sum(dim=-1) + self.bias_Q


class NeuralBenthamCalculator(nn.Module):
    """One question for each of the ten variables, and one for the signed hedonic value."""

    def __init__(self, config: QueryAnalyzerConfig, *, d_model: int) -> None:
        super().__init__()
        self.state_width = config.width
        self.num_variables = len(OUTPUTS[Family.BENTHAM])
        self.queries_QW = _queries(self.num_variables + 1, config.width)
        self.network = QueryNetwork(config, d_model=d_model, num_queries=self.num_variables + 1)

    def forward(self, hidden_BTD: Tensor, mask_BT: Tensor) -> Analysis:
        """Return the state (B, W) and logits (B, C) by family."""
        state, logits = self.network(self.queries_QW, hidden_BTD, mask_BT)
        variables, hedonic = logits.split([self.num_variables, 1], dim=-1)
        return state, {Family.BENTHAM: variables, Family.HEDONIC: hedonic}


class NeuralRegretAnalyzer(nn.Module):
    """Seven types of regret in three views: a question is the sum of its type and its view."""

    def __init__(self, config: QueryAnalyzerConfig, *, d_model: int) -> None:
        super().__init__()
        self.state_width = config.width
        self.type_KW = _queries(len(RegretType), config.width)
        self.view_VW = _queries(len(View), config.width)
        self.network = QueryNetwork(config, d_model=d_model, num_queries=len(RegretType) * len(View))

    def forward(self, hidden_BTD: Tensor, mask_BT: Tensor) -> Analysis:
        """Return the state (B, W) and logits (B, C) by family."""
        queries_QW = (self.type_KW[:, None] + self.view_VW[None]).flatten(0, 1)
        state, logits = self.network(queries_QW, hidden_BTD, mask_BT)
        return state, {Family.REGRET: logits}


class NeuralCounterfactualReasoner(nn.Module):
    """How it would turn out in each of the three views."""

    def __init__(self, config: QueryAnalyzerConfig, *, d_model: int) -> None:
        super().__init__()
        self.state_width = config.width
        self.queries_QW = _queries(len(OUTPUTS[Family.OUTCOME]), config.width)
        self.network = QueryNetwork(config, d_model=d_model, num_queries=len(OUTPUTS[Family.OUTCOME]))

    def forward(self, hidden_BTD: Tensor, mask_BT: Tensor) -> Analysis:
        """Return the state (B, W) and logits (B, C) by family."""
        state, logits = self.network(self.queries_QW, hidden_BTD, mask_BT)
        return state, {Family.OUTCOME: logits}


class NeuralSURDAnalyzer(nn.Module):
    """An amortised estimate of the four parts of the information decomposition."""

    def __init__(self, config: QueryAnalyzerConfig, *, d_model: int) -> None:
        super().__init__()
        self.state_width = config.width
        self.queries_QW = _queries(len(OUTPUTS[Family.SURD]), config.width)
        self.network = QueryNetwork(config, d_model=d_model, num_queries=len(OUTPUTS[Family.SURD]))

    def forward(self, hidden_BTD: Tensor, mask_BT: Tensor) -> Analysis:
        """Return the state (B, W) and logits (B, C) by family."""
        state, logits = self.network(self.queries_QW, hidden_BTD, mask_BT)
        return state, {Family.SURD: logits}


Analyzer = (
    NeuralEmotionAnalyzer
    | NeuralBenthamCalculator
    | NeuralRegretAnalyzer
    | NeuralCounterfactualReasoner
    | NeuralSURDAnalyzer
)


def _queries(count: int, width: int) -> nn.Parameter:
    return nn.Parameter(torch.randn(count, width))
