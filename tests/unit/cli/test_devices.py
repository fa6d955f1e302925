"""``redheart devices``."""

from __future__ import annotations

import json

from click.testing import CliRunner

from redheart_core.cli import main
from redheart_core.runtime.devices import list_devices, supports_bf16, supports_int8


def test_devices_are_listed_as_json_with_memory_and_native_formats() -> None:
    content = json.loads(CliRunner().invoke(main, ["devices", "--json"]).stdout)
    names = [device["name"] for device in content["devices"]]
    assert names == [device.name for device in list_devices()]
    assert content["default"] in names
    processor = content["devices"][0]
    assert 0 < processor["free_bytes"] <= processor["total_bytes"]
    assert (processor["native_bf16"], processor["native_int8"]) == (supports_bf16("cpu"), supports_int8("cpu"))


def test_devices_are_listed_for_a_person() -> None:
    result = CliRunner().invoke(main, ["devices"])
    assert result.exit_code == 0
    assert "GiB free; native: " in result.stdout
    assert " (default): " in result.stdout
