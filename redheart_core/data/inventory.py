"""Every reader by the name of its data set, for whoever wants all of them: statistics, checks, pages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from types import MappingProxyType

from redheart_core.data import anecdotes, causal, emotions, ethics, everyday, safety, stories
from redheart_core.data.rows import Dataset, Grouped

Reader = Callable[[Path], Dataset[Grouped]]
"""Takes the data folder."""

READERS: Mapping[str, Reader] = MappingProxyType(
    {
        "goemotions_en": partial(emotions.read_goemotions, language="en", part="train"),
        "goemotions_ko": partial(emotions.read_goemotions, language="ko", part="train"),
        "kote": emotions.read_kote,
        "emobank": partial(emotions.read_emobank, part="train"),
        "empathic_reactions": emotions.read_empathy,
        "chatbot_ko": everyday.read_chatbot,
        "event2mind": partial(everyday.read_reactions, part="train"),
        "ethics_utilitarianism": ethics.read_utilitarianism,
        "ethics_justice": ethics.read_justice,
        "ethics_deontology": ethics.read_deontology,
        "ethics_virtue": ethics.read_virtue,
        "ethics_virtue_traits": ethics.read_traits,
        "ethics_commonsense": ethics.read_commonsense,
        "moral_stories": partial(stories.read_moral_stories, part="train"),
        "moral_stories_consequences": stories.read_outcomes,
        "moral_choice": stories.read_moral_choice,
        "e_care": causal.read_e_care,
        "causal_news": partial(causal.read_causal_news, part="train"),
        "kosbi": safety.read_kosbi,
        "square_questions": safety.read_square,
        "scruples": anecdotes.read_scruples,
    }
)
RESEARCH = frozenset({"scruples"})
"""Read only by who asks for them by name."""
