"""Baselines: what a passage is compared with. Special tokens stay what they are in every one of them.

``pad``, ``mask`` and ``unknown`` put that special token's vector in the place of every token; ``zero`` the zero vector;
``mean`` the plain mean of all vectors of the vocabulary, each counted once however often it is used. None of them has
n-grams. ``text:...`` puts a neutral text of one's own there, token by token, cut or padded to the passage's length; its
n-grams join the passage's. ``average:...`` is a set of such texts, one a line, each explained against by itself;
without texts it is a set that comes with the system.

Dimensions: T tokens, D width, V entries of the vocabulary, N n-grams.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.resources import files

import torch
from torch import Tensor

from redheart_core.errors import ExplanationError
from redheart_core.model.checkpoint import LoadedCheckpoint
from redheart_core.model.network import RedHeartModel
from redheart_core.text.ngrams import NgramVector
from redheart_core.text.tokenizer import MASK, PAD, UNK, Encoding, Source
from redheart_core.vocabulary.dilemma import clean_passage

TEXT, AVERAGE = "text", "average"
MAX_TEXTS = 32
_FILLINGS: Mapping[str, Callable[[RedHeartModel], Tensor]] = {
    "pad": lambda model: _token(model, PAD),
    "mask": lambda model: _token(model, MASK),
    "unknown": lambda model: _token(model, UNK),
    "zero": lambda model: torch.zeros_like(_token(model, PAD)),
    "mean": lambda model: model.backbone.embedding.token.weight.detach().mean(dim=0) * model.backbone.embedding.scale,
}
BASELINES = (*_FILLINGS, TEXT, AVERAGE)
"""Kinds of baseline; the last two take texts after a colon."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BaselinePoint:
    """One baseline for one passage."""

    vectors_TD: Tensor
    ngrams: NgramVector | None
    """Of its text; None where it has none."""


def canonical_baseline(name: str) -> str:
    """Return the one spelling of a baseline, its texts cleaned as passages are.

    Raises:
        ExplanationError: There is no such baseline, or it has no text, or too many.
        InputError: One of its texts cannot be used.
    """
    kind, _, rest = name.partition(":")
    if kind not in BASELINES or (rest and kind in _FILLINGS):
        raise ExplanationError(
            f"There is no baseline {name!r}. Known: {', '.join(_FILLINGS)}, {TEXT}:..., {AVERAGE} and {AVERAGE}:..."
        )
    if kind in _FILLINGS or name == AVERAGE:
        return name
    lines = rest.splitlines() if kind == AVERAGE else [rest]
    texts = [clean_passage(line, what_en="baseline", what_ko="기준 글") for line in lines]
    if not 1 <= len(texts) <= MAX_TEXTS:
        raise ExplanationError(f"The baseline {kind} has {len(texts)} texts; 1 to {MAX_TEXTS} are possible.")
    return f"{kind}:{chr(10).join(texts)}"


def single_baselines(name: str) -> tuple[str, ...]:
    """Return the baselines to explain against one by one; several only for an average.

    Args:
        name: Of ``canonical_baseline``.
    """
    kind, _, rest = name.partition(":")
    if kind != AVERAGE:
        return (name,)
    return tuple(f"{TEXT}:{line}" for line in (rest.splitlines() or neutral_texts()))


def neutral_texts() -> tuple[str, ...]:
    """Return the set of neutral sentences, Korean and English, that comes with the system."""
    content = files("redheart_core.explain.attribution").joinpath("data/neutral_texts.txt")
    return tuple(content.read_text(encoding="utf-8").splitlines())


def baseline_point(checkpoint: LoadedCheckpoint, encoding: Encoding, vectors_TD: Tensor, name: str) -> BaselinePoint:
    """Return a single baseline of a passage.

    Args:
        checkpoint: The model and its tokenizer.
        encoding: Of the passage.
        vectors_TD: Of the passage.
        name: One of ``single_baselines``.
    """
    kind, _, text = name.partition(":")
    is_special_T1 = torch.tensor([[source is Source.SPECIAL] for source in encoding.sources], device=vectors_TD.device)
    if kind != TEXT:
        return BaselinePoint(
            vectors_TD=torch.where(is_special_T1, vectors_TD, _FILLINGS[kind](checkpoint.model)), ngrams=None
        )
    ids, kept = _aligned(checkpoint, encoding, text)
    own_TD = checkpoint.model.backbone.embedding(torch.tensor(ids, device=vectors_TD.device)).detach()
    ngrams = None if checkpoint.tokenizer.ngrams is None else checkpoint.tokenizer.ngrams.weigh(kept)
    return BaselinePoint(vectors_TD=torch.where(is_special_T1, vectors_TD, own_TD), ngrams=ngrams)


def _aligned(checkpoint: LoadedCheckpoint, encoding: Encoding, text: str) -> tuple[list[int], str]:
    """Return the baseline's ids, one for each token of the passage, and the part of ``text`` that they hold.

    The tokens of ``text`` stand where those of the passage's text stand; the context is padded.
    """
    places = [place for place, source in enumerate(encoding.sources) if source is Source.TEXT]
    found = checkpoint.tokenizer.encode(text, max_tokens=len(text.encode()) + 2)
    own = [(i, span) for i, span, source in zip(found.ids, found.spans, found.sources, strict=True)
           if source is Source.TEXT]  # fmt: skip
    ids, kept = [PAD] * len(encoding.ids), own[: len(places)]
    for place, (token_id, _) in zip(places, kept, strict=False):
        ids[place] = token_id
    return ids, text[: max((span[1] for _, span in kept), default=0)]


def _token(model: RedHeartModel, token_id: int) -> Tensor:
    embedding = model.backbone.embedding
    vector_D: Tensor = embedding(torch.tensor(token_id, device=embedding.positions_TD.device)).detach()
    return vector_D
