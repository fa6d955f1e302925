"""Training the tokenizer on the shippable text of the data folder."""

from __future__ import annotations

from pathlib import Path

from redheart_core.data.corpus import shippable_texts
from redheart_core.text.tokenizer import VOCABULARY_SIZE, build_tokenizer


def train_tokenizer(data_dir: Path, out_file: Path, *, vocabulary_size: int = VOCABULARY_SIZE) -> None:
    """Train the tokenizer reproducibly: the same data give the same bytes.

    Raises:
        DataError: A data set is missing or malformed.
    """
    build_tokenizer(shippable_texts(data_dir), out_file, vocabulary_size=vocabulary_size)
