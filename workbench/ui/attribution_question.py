"""What is asked on the attribution page: about one text, or about two options of a dilemma."""

from __future__ import annotations

WORDS, OPTIONS = "words", "options"
QUESTIONS = (WORDS, OPTIONS)
