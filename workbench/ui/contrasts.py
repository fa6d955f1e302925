"""Cached access to why one option and not another, and what one visitor asked of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import cast

import streamlit as st

from redheart_core.explain.attribution.contrast import OptionContrast, contrast_options
from redheart_core.explain.attribution.request import AttributionRequest, attribution_key
from redheart_core.explain.attribution.trust.contrast import ContrastTrust, judge_contrast
from redheart_core.inference.passage import speaks_of_self_harm
from redheart_core.text.extract import extract_features
from redheart_core.vocabulary.advice import HELP_NOTICE
from workbench.copy import UiLanguage
from workbench.ui import session, tasks
from workbench.ui.explanations import evaluations_of_key, leased_reader
from workbench.ui.kept import Kept
from workbench.ui.progress import Report
from workbench.ui.session import Key


@dataclass(frozen=True, slots=True, kw_only=True)
class ContrastRequest:
    """One option held against another."""

    first: AttributionRequest
    """Of the first option's score."""
    against: str
    """The second option."""
    letters: tuple[str, str]
    """Of both, as on the page of the dilemma."""

    @property
    def second(self) -> AttributionRequest:
        """The same question about the second option."""
        return replace(self.first, text=self.against)


@st.cache_resource(max_entries=1, show_spinner=False)
def _kept() -> Kept[ContrastTrust]:
    return Kept(32)


def submit(request: ContrastRequest) -> None:
    """Remember what to hold against what."""
    tasks.withdraw(tasks.CONTRAST, tasks.CONTRAST_TRUST)
    session.put(Key.CONTRAST_REQUEST, request)


def submitted() -> ContrastRequest | None:
    """Return the last contrast asked for."""
    return cast(ContrastRequest | None, session.get(Key.CONTRAST_REQUEST))


def stop() -> None:
    """Go back to the contrast that was shown last, if any."""
    session.put(Key.CONTRAST_REQUEST, session.get(Key.CONTRAST_SHOWN))
    tasks.stop(tasks.CONTRAST)


def evaluations_of_contrast(request: ContrastRequest, language: UiLanguage) -> int:
    """Return how often the model would be evaluated.

    Raises:
        RedHeartError: The request cannot be used.
    """
    reader = leased_reader(language)
    keys = (attribution_key(one, reader) for one in (request.first, request.second))
    return sum(evaluations_of_key(key, reader) for key in keys)


def help_notice(request: ContrastRequest, language: UiLanguage) -> str | None:
    """Return the notice for texts that speak of self-harm; nothing in them is ranked then."""
    texts = (request.first.context, request.first.text, request.against)
    return HELP_NOTICE.text(language) if speaks_of_self_harm(*map(extract_features, texts)) else None


def contrast_of(request: ContrastRequest, language: UiLanguage, report: Report) -> OptionContrast:
    """Return which words speak for which option; what was worked out before comes at once.

    Raises:
        RedHeartError: The request or the checkpoint cannot be used.
    """
    return contrast_options(request.first, request.against, leased_reader(language), report=report)


def trust_of(contrast: OptionContrast, language: UiLanguage, report: Report) -> ContrastTrust:
    """Return whether to believe a contrast.

    Raises:
        RedHeartError: The checkpoint cannot be used.
    """
    reader = leased_reader(language)
    asked = (contrast.first.key, contrast.second.key)
    return _kept().get(asked, lambda: judge_contrast(contrast, reader, report=report))
