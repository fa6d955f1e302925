"""Masked-language pre-training of the backbone on the texts that tokenizer and word vectors come from."""
