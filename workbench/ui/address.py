"""Choices in the address, by ids that no language changes: ``?target=emotion/sadness&method=occlusion``.

Streamlit can bind a widget to the address by itself, but then writes the label that the reader sees. Such a link would
break in the other language, and a value that does not exist would silently become the default.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

import streamlit as st


def asked(parameter: str) -> str | None:
    """Return what the address asks for, or None."""
    return st.query_params.get(parameter)


def begin(key: str, parameter: str, known: Collection[str], default: str) -> str | None:
    """Give a widget its first value: the address's where it is known, else the default.

    Args:
        key: Of the widget in the session. A value that is there already and still known stays.
        parameter: Name in the address.
        known: Values that the widget offers.
        default: Value to begin with.

    Returns:
        What the address asked for and does not exist; None when all is well.
    """
    if key in st.session_state and st.session_state[key] in known:
        return None
    wanted = None if key in st.session_state else asked(parameter)
    st.session_state[key] = wanted if wanted in known else default
    return wanted if wanted is not None and wanted not in known else None


def write(values: Mapping[str, str | None]) -> None:
    """Put values into the address; what is None leaves it."""
    for parameter, value in values.items():
        if value is None:
            st.query_params.pop(parameter, None)
        elif st.query_params.get(parameter) != value:
            st.query_params[parameter] = value
