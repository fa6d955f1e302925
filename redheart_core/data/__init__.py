"""Readers of the data sets: every row validated and typed, every licence named, splits by whole groups."""
