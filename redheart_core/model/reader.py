"""Reading passages with a checkpoint: one passage at a time, without state between calls.

Dimensions: B passages, K dropout masks, T tokens, D width, V known n-grams, C outputs of a family.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import torch
from torch import Tensor

from redheart_core.model.checkpoint import LoadedCheckpoint, load_checkpoint
from redheart_core.model.network import ModelOutput
from redheart_core.model.ngrams import NgramBatch, ngram_batch
from redheart_core.model.outputs import to_output_scale
from redheart_core.text.tokenizer import PAD, Encoding
from redheart_core.vocabulary.reading import OUTPUTS, READ_FAMILIES, Family, FamilyReading, NeuralReading

NUM_MASKS = 8
MASK_SEED = 20_250_826
DECIMALS = 6
Logits = Mapping[Family, Tensor]


class ModelReader:
    """The neural part as the rest of the system sees it (``NeuralReader``). Safe to share between threads."""

    def __init__(self, checkpoint: LoadedCheckpoint) -> None:
        self._checkpoint = checkpoint
        config = checkpoint.model.config
        self._keep_K1D = _fixed_masks(config.backbone.d_model, config.feature_dropout)
        ngrams = 0 if config.ngrams is None else config.ngrams.num_ngrams
        self._keep_KV = _fixed_masks(ngrams, config.feature_dropout).squeeze(1)

    @property
    def checkpoint(self) -> LoadedCheckpoint:
        """The weights, tokenizer and configuration that are read with."""
        return self._checkpoint

    @property
    def checkpoint_sha256(self) -> str:
        """Hash that identifies the weights, the tokenizer and the configuration together."""
        return self._checkpoint.sha256

    @property
    def trained_families(self) -> frozenset[Family]:
        """Families that may be read."""
        return frozenset(filter(self._is_trained, READ_FAMILIES))

    def encode(self, text: str, *, context: str = "") -> Encoding:
        """Return the tokens that ``read`` sees."""
        max_tokens = self._checkpoint.model.config.max_tokens
        return self._checkpoint.tokenizer.encode(text, context=context, max_tokens=max_tokens)

    def read(self, text: str, *, context: str = "") -> NeuralReading:
        """Read ``text``, seen against ``context``.

        The values come from one pass with nothing masked. The deviations come from eight more passes of everything
        behind the backbone, each with the same fixed features and n-grams masked on every call.
        """
        encoding = self.encode(text, context=context)
        with torch.inference_mode():
            value, masked = self._run(encoding)
        return self._reading(encoding, _rows(value, [0]), _rows(masked, range(NUM_MASKS)))

    def read_many(self, passages: Sequence[tuple[str, str]], *, deviations: bool = True) -> tuple[NeuralReading, ...]:
        """Read pairs of text and context in one padded pass.

        Sums are rounded in another order than in ``read``, so a number may differ from its in the sixth decimal. The
        same passages in the same order give the same numbers.

        Args:
            passages: Pairs of text and context.
            deviations: Whether to measure them. They take most of the time; without them the readings have none.
        """
        encodings = [self.encode(text, context=context) for text, context in passages]
        with torch.inference_mode():
            value, masked = self._run_many(encodings, deviations=deviations)
        count = len(encodings)
        return tuple(
            self._reading(
                encoding,
                _rows(value, [place]),
                None if masked is None else _rows(masked, range(place, NUM_MASKS * count, count)),
            )
            for place, encoding in enumerate(encodings)
        )

    def _reading(self, encoding: Encoding, value: Logits, masked: Logits | None) -> NeuralReading:
        families = {family: self._family(family, value, masked) for family in READ_FAMILIES if self._is_trained(family)}
        return NeuralReading(families=families, num_tokens=len(encoding.ids), truncated=encoding.truncated)

    def _run_many(self, encodings: Sequence[Encoding], *, deviations: bool) -> tuple[ModelOutput, ModelOutput | None]:
        """Return the logits of B passages, and of them under each mask: (K·B) rows, all passages of a mask together."""
        model = self._checkpoint.model
        device = model.backbone.embedding.positions_TD.device
        longest = max(len(encoding.ids) for encoding in encodings)
        padding = [longest - len(encoding.ids) for encoding in encodings]
        ids_BT = torch.tensor([[*e.ids, *[PAD] * more] for e, more in zip(encodings, padding, strict=True)])
        segments_BT = torch.tensor([[*e.segments, *[0] * more] for e, more in zip(encodings, padding, strict=True)])
        mask_BT = torch.arange(longest) < torch.tensor([[len(e.ids)] for e in encodings])
        ids_BT, segments_BT, mask_BT = ids_BT.to(device), segments_BT.to(device), mask_BT.to(device)
        hidden_BTD = model.backbone(model.backbone.embedding(ids_BT), mask_BT, segments_BT)
        vectors = [encoding.ngrams for encoding in encodings if encoding.ngrams is not None]
        ngrams = ngram_batch(vectors, device=device) if vectors else None
        value = model.forward_from_states(hidden_BTD, mask_BT, ngrams)
        if not deviations:
            return value, None
        masked_RTD = (self._keep_K1D.to(hidden_BTD)[:, None] * hidden_BTD).flatten(0, 1)
        repeated = None if ngrams is None else _under_masks(ngrams, self._keep_KV.to(device))
        return value, model.forward_from_states(masked_RTD, mask_BT.repeat(NUM_MASKS, 1), repeated)

    def _run(self, encoding: Encoding) -> tuple[ModelOutput, ModelOutput]:
        model = self._checkpoint.model
        device = model.backbone.embedding.positions_TD.device
        mask_BT = torch.ones(1, len(encoding.ids), dtype=torch.bool, device=device)
        embeddings_BTD = model.backbone.embedding(torch.tensor([encoding.ids], device=device))
        hidden_BTD = model.backbone(embeddings_BTD, mask_BT, torch.tensor([encoding.segments], device=device))
        ngrams = None if encoding.ngrams is None else ngram_batch([encoding.ngrams], device=device)
        value = model.forward_from_states(hidden_BTD, mask_BT, ngrams)
        masked_KTD, mask_KT = hidden_BTD * self._keep_K1D.to(hidden_BTD), mask_BT.expand(NUM_MASKS, -1)
        repeated = None if ngrams is None else ngrams.repeated(self._keep_KV.to(device))
        masked = model.forward_from_states(masked_KTD, mask_KT, repeated)
        return value, masked

    def _is_trained(self, family: Family) -> bool:
        return family in self._checkpoint.manifest.trained_outputs

    def _family(self, family: Family, value: Logits, masked: Logits | None) -> FamilyReading:
        temperature = self._checkpoint.manifest.temperatures[family]
        values_C = to_output_scale(family, value[family], temperature)[0]
        if masked is None:
            return FamilyReading(values=self._named(family, values_C), deviations={})
        masked_KC = to_output_scale(family, masked[family], temperature)
        deviations_C = masked_KC.double().std(dim=0, correction=1)
        return FamilyReading(values=self._named(family, values_C), deviations=self._named(family, deviations_C))

    def _named(self, family: Family, numbers_C: Tensor) -> Mapping[str, float]:
        trained = frozenset(self._checkpoint.manifest.trained_outputs[family])
        return {
            name: round(number, DECIMALS)
            for name, number in zip(OUTPUTS[family], numbers_C.double().tolist(), strict=True)
            if name in trained
        }


def load_model_reader(directory: Path) -> ModelReader:
    """Load a checkpoint folder for reading.

    Raises:
        CheckpointError: See ``load_checkpoint``.
    """
    return ModelReader(load_checkpoint(directory))


def _rows(output: ModelOutput, places: Sequence[int]) -> Logits:
    """Return some rows of the logits."""
    return {family: logits[list(places)] for family, logits in output.logits.items()}


def _under_masks(ngrams: NgramBatch, keep_KV: Tensor) -> NgramBatch:
    """Return the n-grams of B passages under each mask, all passages of a mask together."""
    num_masks = len(keep_KV)
    offsets_K1 = ngrams.num_passages * torch.arange(num_masks, device=ngrams.ids_N.device)[:, None]
    return NgramBatch(
        ids_N=ngrams.ids_N.repeat(num_masks),
        values_N=(ngrams.values_N * keep_KV[:, ngrams.ids_N]).flatten(),
        passages_N=(ngrams.passages_N + offsets_K1).flatten(),
        num_passages=num_masks * ngrams.num_passages,
    )


def _fixed_masks(width: int, probability: float) -> Tensor:
    """Return the dropout masks (K, 1, D), the same in every process."""
    generator = torch.Generator().manual_seed(MASK_SEED)
    keep_K1D = torch.rand(NUM_MASKS, 1, width, generator=generator) >= probability
    return keep_K1D / (1 - probability)
