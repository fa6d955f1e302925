"""Techniques of training: each is one file, absent from a run unless its table stands in the configuration."""
