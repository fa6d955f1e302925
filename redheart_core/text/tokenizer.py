"""The byte-level-safe BPE tokenizer: a passage, optionally against a context, becomes ids with their spans.

Text is folded (NFKC, lower case) before it is looked up, so that 9,900 entries suffice for two languages. A
character outside the alphabet falls back to its UTF-8 bytes, so nothing is ever unknown. Special tokens exist
only as ids: "[SEP]" typed by a person is six ordinary characters.
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from tokenizers import Tokenizer as BackendTokenizer
from tokenizers import decoders, models, normalizers, pre_tokenizers, trainers

from redheart_core.errors import CheckpointError
from redheart_core.text.ngrams import NgramVector, NgramVocabulary

PAD, UNK, CLS, SEP, MASK = range(5)
SPECIAL_TOKENS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
VOCABULARY_SIZE = 9_900
ALPHABET_SIZE = 1_500
"""Most characters with an entry of their own; rarer ones are spelt in bytes."""
WORD_START = "\u2581"
"""Stands for the space before a word."""
_BYTE_TOKENS = tuple(f"<0x{byte:02X}>" for byte in range(256))


class Source(StrEnum):
    """Where a token came from."""

    SPECIAL = "special"
    CONTEXT = "context"
    TEXT = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoding:
    """One passage as the model sees it: four parallel tuples, and its n-grams."""

    ids: tuple[int, ...]
    segments: tuple[int, ...]
    """0 for the leading special token and the context, 1 for the text."""
    spans: tuple[tuple[int, int], ...]
    """Half-open character span of each token in its source; (0, 0) for special tokens."""
    sources: tuple[Source, ...]
    truncated: bool
    """Whether the middle of the context or of the text was left out."""
    ngrams: NgramVector | None = None
    """Weighted n-grams of the whole passage, nothing left out; absent where the model knows none."""


_Piece = tuple[int, tuple[int, int]]


class Tokenizer:
    """Encodes passages with one fixed vocabulary. Holds no state between calls."""

    def __init__(self, backend: BackendTokenizer, sha256: str, ngrams: NgramVocabulary | None = None) -> None:
        self._backend = backend
        self.ngrams = ngrams
        self.sha256 = sha256
        """Hash of the tokenizer file."""

    @classmethod
    def from_file(cls, path: Path, ngrams: NgramVocabulary | None = None) -> Tokenizer:
        """Load a tokenizer file.

        Args:
            path: The tokenizer's JSON.
            ngrams: The n-grams that the model knows beside the tokens.

        Raises:
            CheckpointError: The file is missing or is not a tokenizer.
        """
        try:
            content = path.read_bytes()
        except OSError as error:
            raise CheckpointError(
                f"{path}: the tokenizer cannot be read ({error.strerror}). Restore the checkpoint."
            ) from error
        try:
            backend = BackendTokenizer.from_str(content.decode("utf-8"))
        except Exception as error:
            raise CheckpointError(f"{path}: this is not a tokenizer file. Restore the checkpoint.") from error
        return cls(backend, hashlib.sha256(content).hexdigest(), ngrams)

    @property
    def vocabulary_size(self) -> int:
        """Number of ids, special tokens and bytes included."""
        return int(self._backend.get_vocab_size())

    def token(self, token_id: int) -> str:
        """Return the entry behind an id, as stored in the vocabulary."""
        return str(self._backend.id_to_token(token_id))

    def encode(self, text: str, *, context: str = "", max_tokens: int = 256) -> Encoding:
        """Encode one passage: ``[CLS] text [SEP]``, or ``[CLS] context [SEP] text [SEP]``.

        Args:
            text: The passage.
            context: What it is seen against; empty for none.
            max_tokens: Window. Longer input keeps the beginning and the end of each part.
        """
        return self.encode_many([(text, context)], max_tokens=max_tokens)[0]

    def encode_many(self, pairs: Sequence[tuple[str, str]], *, max_tokens: int = 256) -> list[Encoding]:
        """Encode (text, context) pairs; the same as ``encode`` for each, faster."""
        texts = self._pieces([text for text, _ in pairs])
        contexts = self._pieces([context for _, context in pairs])
        ngrams = [None if self.ngrams is None else self.ngrams.weigh(text, context) for text, context in pairs]
        return [
            _assemble(text, context, max_tokens, found)
            for text, context, found in zip(texts, contexts, ngrams, strict=True)
        ]

    def _pieces(self, texts: list[str]) -> list[list[_Piece]]:
        encodings = self._backend.encode_batch(texts, add_special_tokens=False)
        return [
            [(token_id, _trim(text, span)) for token_id, span in zip(item.ids, item.offsets, strict=True)]
            for text, item in zip(texts, encodings, strict=True)
        ]


def _trim(text: str, span: tuple[int, int]) -> tuple[int, int]:
    """Leave out the space that the tokenizer counts as part of the following word."""
    start, end = span
    while start < end and text[start].isspace():
        start += 1
    return start, end


def _assemble(text: list[_Piece], context: list[_Piece], max_tokens: int, ngrams: NgramVector | None) -> Encoding:
    room = max_tokens - (3 if context else 2)
    context_room = min(len(context), max(room // 2, room - len(text)))
    kept_context = _ends(context, context_room)
    kept_text = _ends(text, room - len(kept_context))
    special: tuple[int, int] = (0, 0)
    rows: list[tuple[int, int, tuple[int, int], Source]] = [(CLS, 0, special, Source.SPECIAL)]
    rows += [(token_id, 0, span, Source.CONTEXT) for token_id, span in kept_context]
    if context:
        rows.append((SEP, 0, special, Source.SPECIAL))
    rows += [(token_id, 1, span, Source.TEXT) for token_id, span in kept_text]
    rows.append((SEP, 1, special, Source.SPECIAL))
    return Encoding(
        ids=tuple(row[0] for row in rows),
        segments=tuple(row[1] for row in rows),
        spans=tuple(row[2] for row in rows),
        sources=tuple(row[3] for row in rows),
        truncated=len(kept_context) + len(kept_text) < len(context) + len(text),
        ngrams=ngrams,
    )


def _ends(pieces: list[_Piece], room: int) -> list[_Piece]:
    if len(pieces) <= room:
        return pieces
    tail = room // 2
    return pieces[: room - tail] + (pieces[-tail:] if tail else [])


def build_tokenizer(texts: Iterable[str], out_file: Path, *, vocabulary_size: int = VOCABULARY_SIZE) -> None:
    """Train a tokenizer on ``texts`` and write it; the same texts give the same bytes.

    Args:
        texts: Training passages, in a fixed order.
        out_file: Where the tokenizer's JSON goes.
        vocabulary_size: Upper bound on the entries, the 256 bytes and five special tokens included.
    """
    corpus = list(texts)
    # The trainer keeps a whole alphabet even where it alone exceeds the vocabulary; half of it is left for pieces.
    alphabet_size = min(ALPHABET_SIZE, (vocabulary_size - len(SPECIAL_TOKENS) - len(_BYTE_TOKENS)) // 2)
    backend = BackendTokenizer(models.BPE(unk_token=SPECIAL_TOKENS[UNK], byte_fallback=True))
    backend.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Lowercase()])
    backend.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Metaspace(), pre_tokenizers.Punctuation(), pre_tokenizers.Digits(individual_digits=True)]
    )
    backend.decoder = decoders.Sequence([decoders.ByteFallback(), decoders.Metaspace()])
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary_size,
        min_frequency=3,
        limit_alphabet=alphabet_size,
        initial_alphabet=_alphabet(corpus, alphabet_size),
        special_tokens=[*SPECIAL_TOKENS, *_BYTE_TOKENS],
        show_progress=False,
    )
    backend.train_from_iterator(corpus, trainer)
    out_file.write_text(_without_added_tokens(backend.to_str()), encoding="utf-8")


def _alphabet(corpus: list[str], size: int) -> list[str]:
    """Choose the characters here: the trainer breaks ties between equally rare ones differently on every run."""
    counts = Counter[str]()
    for text in corpus:
        counts.update(unicodedata.normalize("NFKC", text).lower())
    common = sorted(counts, key=lambda character: (-counts[character], character))
    return [WORD_START, *common[: size - 1]]


def _without_added_tokens(serialised: str) -> str:
    """Keep special and byte entries in the vocabulary but stop them from matching in what people type."""
    content = json.loads(serialised)
    content["added_tokens"] = []
    return json.dumps(content, ensure_ascii=False, sort_keys=True)
