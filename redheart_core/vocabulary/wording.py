"""A text in the two languages of the interface."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """The same said in Korean and in English."""

    ko: str
    en: str

    def text(self, language: str) -> str:
        """Return the Korean text for ``"ko"``, the English one for anything else."""
        return self.ko if language == "ko" else self.en
