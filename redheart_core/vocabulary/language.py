"""The languages that the system reads and speaks."""

from enum import StrEnum


class Language(StrEnum):
    """What a passage is written in. ``MIXED`` is Korean and English in one passage."""

    KOREAN = "ko"
    ENGLISH = "en"
    MIXED = "mixed"
    OTHER = "other"
