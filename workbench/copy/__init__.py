"""Texts of the interface, Korean and English, by page."""

from workbench.copy.catalogue import LANGUAGES, CopyText, UiLanguage, catalogue, say

__all__ = ["LANGUAGES", "CopyText", "UiLanguage", "catalogue", "say"]
