"""The one architecture, its presets, its parameter table, its checkpoints, and the reader built on them."""
