"""Runs of training: their folders, the store that records them, and who may start, watch, stop and resume them.

The folder and its SQLite file are the truth. A page, the command line and the trainer agree by reading them, so that
each may die and come back. Writing is ``recorder``; everything that only looks is ``reader`` and never blocks it.
"""
