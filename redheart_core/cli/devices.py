"""``redheart devices``: the processors that can run a model, with their memory and native number formats."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import click

from redheart_core.cli.shared import print_json
from redheart_core.runtime.devices import choose_device, list_devices, supports_bf16, supports_int8

GIB = 1024**3


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print the devices as JSON.")
def devices(as_json: bool) -> None:
    """List the processor and every GPU: total and free memory, and what their hardware multiplies natively."""
    rows: list[dict[str, Any]] = [
        asdict(device) | {"native_bf16": supports_bf16(device.name), "native_int8": supports_int8(device.name)}
        for device in list_devices()
    ]
    default = choose_device().name
    if as_json:
        print_json({"default": default, "devices": rows})
        return
    for row in rows:
        formats = [name for name in ("bf16", "int8") if row[f"native_{name}"]]
        click.echo(
            f"{row['name']}{' (default)' if row['name'] == default else ''}: {row['description']}; "
            f"{row['free_bytes'] / GIB:.1f} of {row['total_bytes'] / GIB:.1f} GiB free; "
            f"native: {', '.join(formats) or 'fp32 only'}"
        )
