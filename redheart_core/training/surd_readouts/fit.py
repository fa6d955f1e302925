"""Fitting the readouts of the SURD head and analyser; what feeds any other output stays what it is, to the last bit.

The state of either module feeds the bridge and through it every other output, so the modules' inner layers must not
move. What is free are the weights from those states to the four outputs: a logistic regression per output with targets
between 0 and 1, convex, whose penalty is chosen by cross-validation among the teaching texts. With a penalty without
bound it says the mean of the targets for every text.

The auxiliary modules would add a correction to the four outputs, drawn at random and never learned: it is silenced.

Dimensions: B texts, S width of the head's state, Q = 4 outputs, W width of the analyser, F = S + W features.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from redheart_core.errors import ConfigError
from redheart_core.model.checkpoint import LoadedCheckpoint
from redheart_core.model.network import Part, RedHeartModel
from redheart_core.runtime.lease import lease
from redheart_core.text.tokenizer import Encoding
from redheart_core.vocabulary.reading import Family

HEAD_WEIGHT, HEAD_BIAS = "heads.surd_head.readouts.surd.weight", "heads.surd_head.readouts.surd.bias"
ANALYZER_WEIGHT = "analyzers.surd_analyzer.network.answer_QW"
ANALYZER_BIAS = "analyzers.surd_analyzer.network.bias_Q"
CORRECTION = ("auxiliary.readouts.surd.weight", "auxiliary.readouts.surd.bias")
TAUGHT = (HEAD_WEIGHT, HEAD_BIAS, ANALYZER_WEIGHT, ANALYZER_BIAS, *CORRECTION)
"""The parameters that change: four are fitted, the correction becomes zero. They feed the SURD outputs alone."""
PENALTIES = tuple(10.0**power for power in range(-2, 6))
"""Candidates: mean squared weight of standardised features beside the mean cross-entropy. With the largest the readout
says the mean of its texts, so that cross-validation can choose to have learned nothing."""
FOLDS = 5
_ITERATIONS, _SETTLED, _LONGEST_STEP = 50, 1e-9, 2.0
"""Of Newton's method: most steps, the step at which it has settled, and the longest step in one weight."""
_FLAT = 1e-10
"""Keeps a flat direction (a feature that never varies) solvable."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Inputs:
    """What the readouts see of some texts, in float64."""

    head_BS: Tensor
    analyzer_BQW: Tensor


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Readouts:
    """The fitted weights, in float64."""

    head_QS: Tensor
    analyzer_QW: Tensor
    bias_Q: Tensor
    penalty: float
    """Chosen by cross-validation; the largest candidate means that hardly anything could be learned."""

    def logits(self, inputs: Inputs) -> Tensor:
        """Return (B, Q)."""
        from_analyzer_BQ = (inputs.analyzer_BQW * self.analyzer_QW).sum(dim=-1)
        return inputs.head_BS @ self.head_QS.T + from_analyzer_BQ + self.bias_Q


def readout_inputs(checkpoint: LoadedCheckpoint, texts: Sequence[str]) -> Inputs:
    """Run the model on texts, one at a time as they are read, and keep what the readouts see.

    Raises:
        ConfigError: The model's linear part already speaks of SURD, so the readouts would not be alone.
    """
    model, tokenizer = checkpoint.model, checkpoint.tokenizer
    if model.ngrams is not None and any(Family.SURD in table.families for table in model.ngrams.each_table()):
        raise ConfigError("The linear part of this checkpoint has a table for SURD; only the readouts can be taught.")
    encodings = [tokenizer.encode(text, max_tokens=model.config.max_tokens) for text in texts]
    with lease(model), torch.inference_mode():
        rows = [_seen(model, encoding) for encoding in encodings]
    head, analyzer = (torch.cat(parts).double() for parts in zip(*rows, strict=True))
    return Inputs(head_BS=head, analyzer_BQW=analyzer)


def fit_readouts(inputs: Inputs, shares_BQ: Tensor, groups: Sequence[int]) -> Readouts:
    """Choose the penalty among the texts and fit on all of them.

    Args:
        inputs: Of the teaching texts.
        shares_BQ: Wanted outputs.
        groups: Group of each text; folds keep groups whole.
    """
    fold_B = torch.tensor([group % FOLDS for group in groups])
    losses = [_validated(inputs, shares_BQ, fold_B, penalty) for penalty in PENALTIES]
    # Of equal losses the larger penalty: the simpler answer.
    best = min(range(len(PENALTIES)), key=lambda place: (losses[place], -PENALTIES[place]))
    return _fitted(inputs, shares_BQ, PENALTIES[best])


def put_readouts(model: RedHeartModel, readouts: Readouts) -> None:
    """Write the weights into the model; the analyser's bias takes none of what the head's bias says."""
    parameters = dict(model.named_parameters())
    values = {
        HEAD_WEIGHT: readouts.head_QS,
        HEAD_BIAS: readouts.bias_Q,
        ANALYZER_WEIGHT: readouts.analyzer_QW,
        ANALYZER_BIAS: torch.zeros_like(readouts.bias_Q),
    }
    with torch.no_grad():
        for name, value in values.items():
            parameters[name].copy_(value)
        for name in CORRECTION:
            parameters[name].zero_()


def _seen(model: RedHeartModel, encoding: Encoding) -> tuple[Tensor, Tensor]:
    """Return (1, S) and (1, Q, W) of one text."""
    kept: list[Tensor] = []
    analyzer = model.analyzers[Part.SURD_ANALYZER.value]
    handle = analyzer.network.norm.register_forward_hook(lambda module, given, out: kept.append(out))  # type: ignore[union-attr]
    try:
        mask_BT = torch.ones(1, len(encoding.ids), dtype=torch.bool)
        embedded = model.backbone.embedding(torch.tensor([encoding.ids]))
        hidden_BTD = model.backbone(embedded, mask_BT, torch.tensor([encoding.segments]))
        outputs = model.run_parts(hidden_BTD, mask_BT, parts=frozenset({Part.SURD_HEAD, Part.SURD_ANALYZER}))
    finally:
        handle.remove()
    return outputs.states[Part.SURD_HEAD.value], kept[0]


def _fitted(inputs: Inputs, shares_BQ: Tensor, penalty: float) -> Readouts:
    """Fit every output by itself."""
    pieces = [_fitted_output(inputs, shares_BQ[:, place], place, penalty) for place in range(shares_BQ.shape[1])]
    width = inputs.head_BS.shape[1]
    weights_QF = torch.stack([weight_F for weight_F, _ in pieces])
    return Readouts(
        head_QS=weights_QF[:, :width],
        analyzer_QW=weights_QF[:, width:],
        bias_Q=torch.stack([bias for _, bias in pieces]),
        penalty=penalty,
    )


def _fitted_output(inputs: Inputs, share_B: Tensor, place: int, penalty: float) -> tuple[Tensor, Tensor]:
    """Return weights (F,) and bias of one output: standardised features, an unpenalised bias."""
    features_BF = torch.cat([inputs.head_BS, inputs.analyzer_BQW[:, place]], dim=1)
    mean_F, std_F = features_BF.mean(dim=0), features_BF.std(dim=0).clamp(min=1e-6)
    standard_BF = (features_BF - mean_F) / std_F
    design_BF = torch.cat([standard_BF, torch.ones(len(share_B), 1, dtype=torch.float64)], dim=1)
    coefficient_F = _newton(design_BF, share_B, penalty)
    unscaled_F = coefficient_F[:-1] / std_F
    return unscaled_F, coefficient_F[-1] - unscaled_F @ mean_F


def _newton(design_BF: Tensor, share_B: Tensor, penalty: float) -> Tensor:
    """Minimise mean cross-entropy + penalty · mean squared weight, the last column's (the bias) left free."""
    count, width = design_BF.shape
    ridge_F = torch.full((width,), 2.0 * penalty / max(1, width - 1), dtype=torch.float64)
    ridge_F[-1] = 0.0
    coefficient_F = torch.zeros(width, dtype=torch.float64)
    coefficient_F[-1] = torch.logit(share_B.mean().clamp(1e-4, 1 - 1e-4))
    for _ in range(_ITERATIONS):
        said_B = torch.sigmoid(design_BF @ coefficient_F)
        slope_F = design_BF.T @ (said_B - share_B) / count + ridge_F * coefficient_F
        curved_BF = design_BF * (said_B * (1.0 - said_B) / count)[:, None]
        step_F = torch.linalg.solve(design_BF.T @ curved_BF + torch.diag(ridge_F + _FLAT), slope_F)
        coefficient_F = coefficient_F - step_F * min(1.0, _LONGEST_STEP / float(step_F.abs().max().clamp(min=1e-12)))
        if float(step_F.abs().max()) < _SETTLED:
            break
    return coefficient_F


def _validated(inputs: Inputs, shares_BQ: Tensor, fold_B: Tensor, penalty: float) -> float:
    """Return the mean squared error of texts that were left out of the fit."""
    squared = 0.0
    for fold in range(FOLDS):
        inside_B = fold_B != fold
        if not inside_B.any() or inside_B.all():
            continue
        readouts = _fitted(_some(inputs, inside_B), shares_BQ[inside_B], penalty)
        said_BQ = torch.sigmoid(readouts.logits(_some(inputs, ~inside_B)))
        squared += float((said_BQ - shares_BQ[~inside_B]).square().sum())
    return squared if math.isfinite(squared) else math.inf


def _some(inputs: Inputs, kept_B: Tensor) -> Inputs:
    return Inputs(head_BS=inputs.head_BS[kept_B], analyzer_BQW=inputs.analyzer_BQW[kept_B])
