"""A dilemma as commands are given one: a preset's name, a preset's file, or a JSON file."""

from __future__ import annotations

import re
from pathlib import Path

from redheart_core.errors import DataError, InputError
from redheart_core.vocabulary.dilemma import Dilemma
from redheart_core.vocabulary.dilemma_file import parse_dilemma
from redheart_core.vocabulary.presets import PRESET_LANGUAGES, load_preset, load_presets

PRESETS_DIR = Path("assets/dilemmas")
"""Below the repository, where commands are run."""
_PRESET_NAME = re.compile(r"(?:ko|en)-[a-z0-9-]+")


def chosen_dilemma(given: str, presets_dir: Path) -> Dilemma:
    """Return the dilemma that is meant.

    Raises:
        InputError: There is neither such a preset nor such a file, or the file is no dilemma.
        DataError: A preset cannot be used.
    """
    if _PRESET_NAME.fullmatch(given) and not Path(given).exists():
        return _preset(given, presets_dir)
    path = Path(given)
    try:
        if path.suffix == ".toml":
            language = next((one for one in PRESET_LANGUAGES if one.value == path.parent.name), PRESET_LANGUAGES[0])
            return load_preset(path, language).dilemma
        return parse_dilemma(path.read_bytes())
    except OSError as problem:
        raise InputError(
            code="no_dilemma",
            en=f"{given} is neither a preset nor a file that can be read ({problem.strerror}). Presets are named like "
            "en-trolley-switch.",
            ko=f"{given} 프리셋이나 읽을 수 있는 파일이 없어요({problem.strerror}). "
            "프리셋 이름은 ko-care-home처럼 적어요.",
        ) from problem


def _preset(name: str, presets_dir: Path) -> Dilemma:
    presets = {preset.id: preset for preset in load_presets(presets_dir)}
    if name not in presets:
        raise DataError(f"There is no preset {name} in {presets_dir}. There are: {', '.join(presets)}.")
    return presets[name].dilemma
