"""What is chosen where two options are held against each other: first values from the address, and back into it.

A preset and two letters may stand in the address; a dilemma of one's own never does.
"""

from __future__ import annotations

from redheart_core.errors import InputError
from redheart_core.explain.attribution.baselines import BASELINES
from redheart_core.explain.attribution.contrast import CONTRAST_METHODS
from redheart_core.explain.attribution.request import DEFAULT_BASELINE, DEFAULT_METHOD, AttributionRequest
from redheart_core.explain.attribution.result import OptionCase
from redheart_core.explain.attribution.targets import OPTION_SCORE
from redheart_core.vocabulary.bentham import DEFAULT_VIEW_WEIGHTS, View
from redheart_core.vocabulary.dilemma import Dilemma
from workbench.copy import UiLanguage, say
from workbench.ui import address, session
from workbench.ui.attribution_choices import chosen_baseline, chosen_seed, method_address
from workbench.ui.contrasts import ContrastRequest
from workbench.ui.resources import presets
from workbench.ui.session import Key
from workbench.ui.widgets.method_options import chosen_options
from workbench.views.labels import letter, shorten
from workbench.views.order import shown_order

OWN = "own"
"""Stands for the dilemma that was last worked out on its page."""
_EXCERPT = 40


def begin_contrast(language: UiLanguage) -> tuple[str, ...]:
    """Give every choice its first value and return what has to be said about the address.

    Raises:
        DataError: The presets cannot be read.
    """
    known = list(dilemma_names(language))
    unknown = [address.begin(Key.CONTRAST_DILEMMA, "dilemma", known, known[0])]
    letters = list(lettered_options())
    unknown.append(address.begin(Key.CONTRAST_FIRST, "first", letters, letters[0]))
    other = next(one for one in letters if one != session.get(Key.CONTRAST_FIRST))
    unknown += [
        address.begin(Key.CONTRAST_SECOND, "second", letters, other),
        address.begin(Key.ATTRIBUTION_METHOD, "method", CONTRAST_METHODS, DEFAULT_METHOD),
        address.begin(Key.ATTRIBUTION_BASELINE, "baseline", BASELINES, DEFAULT_BASELINE),
    ]
    return tuple(say("attribution.input.unknown", language, value=value) for value in unknown if value is not None)


def dilemma_names(language: UiLanguage) -> dict[str, str]:
    """Return the dilemmas to choose from: the visitor's own first, then presets, the reader's language first.

    Raises:
        DataError: The presets cannot be read.
    """
    request = session.dilemma_request()
    excerpt = shorten(request.dilemma.situation, _EXCERPT) if request else ""
    own = {OWN: say("contrast.input.own", language, situation=excerpt)} if request else {}
    ordered = sorted(presets(), key=lambda preset: preset.language.value != language)
    return {**own, **{preset.id: preset.title for preset in ordered}}


def chosen_dilemma() -> Dilemma:
    """Return the dilemma whose options are compared.

    Raises:
        DataError: The presets cannot be read.
    """
    chosen, request = session.get(Key.CONTRAST_DILEMMA), session.dilemma_request()
    if chosen == OWN and request is not None:
        return request.dilemma
    return next(preset.dilemma for preset in presets() if preset.id == chosen)


def lettered_options() -> dict[str, str]:
    """Return the options of the chosen dilemma by the letters that they have on its page.

    Raises:
        DataError: The presets cannot be read.
    """
    dilemma = chosen_dilemma()
    order = shown_order(dilemma).options
    return {letter(place): dilemma.options[index].name for place, index in enumerate(order)}


def read_contrast() -> ContrastRequest:
    """Return what the fields ask.

    Raises:
        InputError: An option is held against itself.
        DataError: The presets cannot be read.
    """
    first, second = str(session.get(Key.CONTRAST_FIRST)), str(session.get(Key.CONTRAST_SECOND))
    if first == second:
        raise InputError(
            code="same_option", en=say("contrast.input.same", "en", letter=first),
            ko=say("contrast.input.same", "ko", letter=first),
        )  # fmt: skip
    dilemma, options, method = chosen_dilemma(), lettered_options(), str(session.get(Key.ATTRIBUTION_METHOD))
    return ContrastRequest(
        first=AttributionRequest(
            text=options[first],
            context=dilemma.situation,
            target=OPTION_SCORE,
            method=method,
            baseline=chosen_baseline(),
            options=chosen_options(method),
            seed=chosen_seed(),
            case=OptionCase(parties=dilemma.parties, view_weights=_view_weights()),
        ),
        against=options[second],
        letters=(first, second),
    )


def contrast_address() -> dict[str, str | None]:
    """Return every choice by its name in the address."""
    chosen = str(session.get(Key.CONTRAST_DILEMMA))
    preset = None if chosen == OWN else chosen
    return {
        "dilemma": preset,
        "first": str(session.get(Key.CONTRAST_FIRST)) if preset else None,
        "second": str(session.get(Key.CONTRAST_SECOND)) if preset else None,
        **method_address(),
    }


def _view_weights() -> tuple[float, ...]:
    """Return the weights that the visitor's own dilemma was worked out with; presets have the defaults."""
    request = session.dilemma_request()
    if session.get(Key.CONTRAST_DILEMMA) == OWN and request is not None:
        return request.view_weights
    return tuple(DEFAULT_VIEW_WEIGHTS[view] for view in View)
