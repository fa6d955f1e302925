"""The parts of the model page: identity of the weights, parameters by row, the model card."""

from __future__ import annotations

import streamlit as st

from redheart_core.inference.shipped import built_config
from redheart_core.model.config import ModelConfig
from redheart_core.model.ledger import Row, count_parameters, meta_model, parameter_rows
from redheart_core.model.presets import PRESETS
from redheart_core.vocabulary.reading import READ_FAMILIES
from workbench.copy import UiLanguage, say
from workbench.ui import prose
from workbench.ui.checkpoint_choice import SERVED
from workbench.ui.figure import show_twin
from workbench.ui.model_card import model_card
from workbench.ui.resources import SharedModel, shared_model
from workbench.ui.session import Key
from workbench.ui.widgets.machinery import draw_learned_or_rule, draw_memory, draw_reach, draw_speed_and_precision
from workbench.views import numbers
from workbench.views.labels import family_name
from workbench.views.model import parameters_view
from workbench.views.model_card import card_body, card_command

LAYERS = ("parameters", "speed", "memory", "learned", "card")
SHOWN_PRESETS = tuple(name for name in PRESETS if name != "tiny")
"""``tiny`` serves tests only."""


def draw_identity(language: UiLanguage) -> None:
    """Draw which weights speak, which parts they cover, and which give no answer.

    Raises:
        CheckpointError: The weights are missing or damaged.
    """
    prose.heading(say("model.identity.title", language))
    shared = shared_model(language)
    refused = tuple(shared.model.refused)
    trained = [family.value for family in READ_FAMILIES if family.value not in refused]
    none = say("model.identity.none", language)
    prose.facts(
        (
            (say("model.identity.name", language), str(shared.model.name)),
            (say("model.identity.sha", language), shared.sha256 or none),
            (say("model.identity.size", language), _size(shared, language) or none),
            (say("model.identity.trained", language), _names(trained, language) or none),
            (say("model.identity.refused", language), _names(refused, language) or none),
        )
    )


def _size(shared: SharedModel, language: UiLanguage) -> str:
    config = shared.config
    if config is None:
        return ""
    count = numbers.count(_count(shared.sha256, config))
    return say("model.identity.size_value", language, count=count, preset=config.preset)


@st.cache_data(max_entries=8, show_spinner=False)
def _count(sha256: str, _config: ModelConfig) -> int:
    """Count the parameters of the network with this hash, whatever part of it is in memory and in which numbers."""
    del sha256
    return count_parameters(meta_model(_config))


def draw_layer(layer: str, language: UiLanguage) -> None:
    """Draw one of the layers below the identity.

    Raises:
        DataError: A recorded measurement is damaged.
    """
    draw = {
        "parameters": draw_parameters,
        "speed": draw_speed_and_precision,
        "memory": draw_memory,
        "learned": draw_learned_or_rule,
        "card": draw_card,
    }
    draw[layer](language)


def _names(families: list[str] | tuple[str, ...], language: UiLanguage) -> str:
    return ", ".join(family_name(family, language) for family in families)


@st.cache_data(max_entries=8, show_spinner=False)
def _rows(preset: str) -> tuple[Row, ...]:
    return parameter_rows(built_config(preset))


def draw_parameters(language: UiLanguage) -> None:
    """Draw the parameter table of a chosen preset, counted from the built model."""
    title = say("model.parameters.title", language)
    prose.heading(title)
    loaded = SERVED if SERVED in SHOWN_PRESETS else SHOWN_PRESETS[0]
    preset = st.segmented_control(
        say("model.parameters.choose", language),
        SHOWN_PRESETS,
        default=loaded,
        required=True,
        key=Key.MODEL_PRESET,
    )
    view = parameters_view(preset, _rows(preset), language)
    prose.paragraph(view.finding)
    prose.small_table(
        view.summary, caption=say("model.parameters.counted", language), number_columns=len(view.summary.columns) - 1
    )
    show_twin(view.table, key="model.parameters", language=language, title=title)
    draw_reach(language)


def draw_card(language: UiLanguage) -> None:
    """Draw the model card and the command behind its numbers."""
    prose.heading(say("model.card.title", language))
    card = model_card()
    if card is None:
        prose.paragraph(say("model.card.missing", language), kind="quiet")
        return
    if language == "ko":
        prose.paragraph(say("model.card.english_only", language), kind="quiet")
    command = card_command(card)
    if command:
        prose.paragraph(say("model.card.reproduce", language))
        st.code(command, language="bash")
    with st.container(key="model_card"):
        st.markdown(card_body(card))
