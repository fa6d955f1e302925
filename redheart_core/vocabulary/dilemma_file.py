"""Reading a dilemma from a JSON file that a person or another program wrote.

    {"situation": "…", "options": ["…", "…"], "parties": [{"name": "…", "count": 5, "vulnerability": 0.5}]}

An option may also be written as {"name": "…"}; ``parties`` may be left out. Anything else is refused by name.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, ValidationError

from redheart_core.errors import InputError
from redheart_core.vocabulary.dilemma import Dilemma, Option, Party

MAX_PROBLEMS = 3


class _PartyRow(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    name: str
    count: int = 1
    vulnerability: float = 0.0


class _OptionRow(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    name: str


class _DilemmaFile(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    situation: str
    options: list[str | _OptionRow]
    parties: list[_PartyRow] = []


def parse_dilemma(source: str | bytes) -> Dilemma:
    """Return the dilemma in a JSON text.

    Raises:
        InputError: It is not JSON, not of this form, or its content cannot be used.
    """
    try:
        content = _DilemmaFile.model_validate_json(source)
    except ValidationError as problem:
        found = "; ".join(
            f"{'.'.join(str(part) for part in error['loc']) or 'file'}: {error['msg']}"
            for error in problem.errors(include_url=False)[:MAX_PROBLEMS]
        )
        raise InputError(
            code="malformed_file",
            en=f"The file is not a dilemma in JSON ({found}). It needs “situation” and a list “options”.",
            ko=f"파일이 딜레마 JSON 형식이 아니에요 ({found}). “situation”과 목록 “options”가 있어야 해요.",
        ) from problem
    return Dilemma(
        situation=content.situation,
        options=tuple(Option(name=o if isinstance(o, str) else o.name) for o in content.options),
        parties=tuple(Party(name=p.name, count=p.count, vulnerability=p.vulnerability) for p in content.parties),
    )
