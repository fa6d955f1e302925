"""Concepts that people name, such as harm or a promise: where a layer holds them, and how an output moves with them."""
