"""``redheart doctor``: what this machine can run, what is missing, how to get it."""

from __future__ import annotations

import platform
import shutil
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version

import click
import torch

from redheart_core.cli.shared import EXIT_NO, print_json
from redheart_core.errors import CheckpointError
from redheart_core.inference.engine import load_model
from redheart_core.runtime.devices import CPU, choose_device, list_devices, supports_bf16, supports_int8

PACKAGES = (
    "torch",
    "streamlit",
    "plotly",
    "numpy",
    "pandas",
    "captum",
    "safetensors",
    "tokenizers",
    "pydantic",
    "psutil",
)
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing looked at."""

    name: str
    ok: bool
    required: bool
    found: str
    remedy: str | None = None


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print the checks as JSON.")
def doctor(as_json: bool) -> None:
    """Look at this machine; exit 1 when something required is missing."""
    checks = [_python(), *map(_package, PACKAGES), _processor(), _gpu(), _checkpoint(), _browser()]
    healthy = all(check.ok for check in checks if check.required)
    if as_json:
        print_json({"healthy": healthy, "checks": [asdict(check) for check in checks]})
    else:
        for check in checks:
            mark = "✓" if check.ok else "✗" if check.required else "–"
            click.echo(f"{mark} {check.name}: {check.found}" + (f" → {check.remedy}" if check.remedy else ""))
    if not healthy:
        raise SystemExit(EXIT_NO)


def _python() -> Check:
    good = tuple(map(int, platform.python_version_tuple()[:2])) >= (3, 11)
    remedy = None if good else "Install Python 3.11 or newer."
    return Check(name="python", ok=good, required=True, found=platform.python_version(), remedy=remedy)


def _package(name: str) -> Check:
    try:
        return Check(name=name, ok=True, required=True, found=version(name))
    except PackageNotFoundError:
        remedy = "pip install -r requirements.txt"
        return Check(name=name, ok=False, required=True, found="not installed", remedy=remedy)


def _processor() -> Check:
    device = choose_device(CPU)
    formats = [name for name, native in (("bf16", supports_bf16(CPU)), ("int8", supports_int8(CPU))) if native]
    found = (
        f"{device.description}, {torch.get_num_threads()} threads, native {', '.join(formats) or 'fp32 only'}, "
        f"{device.free_bytes / 1024**3:.1f} GiB free"
    )
    return Check(name="processor", ok=True, required=False, found=found)


def _gpu() -> Check:
    gpus = [device for device in list_devices() if device.name != CPU]
    if gpus:
        found = "; ".join(f"{gpu.name} {gpu.description}, {gpu.free_bytes / 1024**3:.1f} GiB free" for gpu in gpus)
        return Check(name="gpu", ok=True, required=False, found=found)
    return Check(name="gpu", ok=False, required=False, found="none; the processor is enough for the compact model")


def _checkpoint() -> Check:
    try:
        model = load_model("compact")
    except CheckpointError as problem:
        remedy = "Install the package again, or train it: python -m redheart_core.training --config compact"
        return Check(name="checkpoint compact", ok=False, required=True, found=str(problem), remedy=remedy)
    refused = ", ".join(model.refused) or "none"
    found = f"loads, {str(model.checkpoint_sha256)[:12]}, families refused: {refused}"
    return Check(name="checkpoint compact", ok=True, required=True, found=found)


def _browser() -> Check:
    path = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    remedy = None if path else "Only the browser tests need it: apt-get install -y chromium fonts-nanum"
    return Check(name="browser for tests", ok=path is not None, required=False, found=path or "none", remedy=remedy)
