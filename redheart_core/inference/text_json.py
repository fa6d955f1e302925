"""The one JSON text of a result: same input and checkpoint, same bytes, whichever front asked."""

from __future__ import annotations

import json
from typing import Any


def to_json(content: Any) -> str:
    """Return ``content`` as readable JSON with a final line break: keys in their order, no NaN, no ASCII escapes."""
    return json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False) + "\n"
