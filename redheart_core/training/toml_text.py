"""A configuration as TOML: the few kinds of values that one holds, and nothing else. Python itself only reads TOML."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


def toml_text(values: Mapping[str, Any]) -> str:
    """Return values as TOML that reads back as the same values. What is None is left out.

    Raises:
        TypeError: A value is of a kind that no configuration holds.
    """
    plain = {name: value for name, value in values.items() if not _is_table(value) and not _is_tables(value)}
    lines = [f"{_key(name)} = {_value(value)}" for name, value in plain.items() if value is not None]
    for name, value in values.items():
        if _is_tables(value):
            for table in value:
                lines += ["", f"[[{_key(name)}]]", *_pairs(table)]
        elif _is_table(value):
            lines += _table(_key(name), value)
    return "\n".join(lines) + "\n"


def _table(path: str, table: Mapping[str, Any]) -> list[str]:
    lines = ["", f"[{path}]", *_pairs({name: value for name, value in table.items() if not _is_table(value)})]
    for name, value in table.items():
        lines += _table(f"{path}.{_key(name)}", value) if _is_table(value) else []
    return lines


def _pairs(table: Mapping[str, Any]) -> list[str]:
    return [f"{_key(name)} = {_value(value)}" for name, value in table.items() if value is not None]


def _key(name: str) -> str:
    return name if name.isascii() and name.replace("_", "").replace("-", "").isalnum() else _quoted(name)


def _quoted(text: str) -> str:
    """JSON's escapes are TOML's, but for one control character that JSON leaves as it is."""
    return json.dumps(str(text), ensure_ascii=False).replace("\x7f", "\\u007f")


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_value, value))}]"
    raise TypeError(f"a configuration holds no {type(value).__name__}")


def _is_table(value: Any) -> bool:
    return isinstance(value, Mapping)


def _is_tables(value: Any) -> bool:
    return isinstance(value, list | tuple) and bool(value) and all(isinstance(entry, Mapping) for entry in value)
