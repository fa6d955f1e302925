"""Errors speak the reader's language."""

from __future__ import annotations

import pytest

from redheart_core.errors import (
    CheckpointError,
    ConfigError,
    DataError,
    DeviceError,
    InputError,
    OutOfDeviceMemoryError,
    RedHeartError,
    RunError,
    TraceError,
)


def test_an_input_error_has_a_message_per_language_and_english_by_default() -> None:
    problem = InputError(code="empty", en="It is empty.", ko="비어 있어요.")
    assert (str(problem), problem.message("en"), problem.message("ko")) == (
        "It is empty.",
        "It is empty.",
        "비어 있어요.",
    )


@pytest.mark.parametrize(
    "kind",
    [
        CheckpointError,
        ConfigError,
        DataError,
        DeviceError,
        OutOfDeviceMemoryError,
        TraceError,
        RedHeartError,
        RunError,
    ],
)
def test_every_other_error_says_in_korean_what_to_do_and_keeps_the_detail(kind: type[RedHeartError]) -> None:
    problem = kind("model.safetensors is truncated.")
    assert problem.message("en") == "model.safetensors is truncated."
    assert problem.message("ko").endswith("(model.safetensors is truncated.)")
    assert "요." in problem.message("ko")
