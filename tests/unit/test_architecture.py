"""The folder tree is the architecture: who may import what, and what is public."""

from __future__ import annotations

import ast
from pathlib import Path

import redheart_core

ROOT = Path(__file__).parents[2]
MAY_IMPORT_STREAMLIT = ("pages", "workbench/ui", "streamlit_app.py")


def imports(path: Path) -> set[str]:
    """Return the top-level packages a file imports."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.split(".")[0])
    return found


def test_only_the_interface_imports_streamlit() -> None:
    for folder in ("redheart_core", "workbench"):
        for path in (ROOT / folder).rglob("*.py"):
            relative = path.relative_to(ROOT).as_posix()
            if not relative.startswith(MAY_IMPORT_STREAMLIT):
                assert "streamlit" not in imports(path), relative


def test_the_core_never_imports_the_workbench() -> None:
    for path in (ROOT / "redheart_core").rglob("*.py"):
        assert not imports(path) & {"workbench", "streamlit", "plotly"}, path


def test_the_public_names_are_sorted_and_exist() -> None:
    assert sorted(redheart_core.__all__) == redheart_core.__all__
    assert all(hasattr(redheart_core, name) for name in redheart_core.__all__)


def test_nothing_is_unpickled() -> None:
    for folder in ("redheart_core", "workbench", "pages"):
        for path in (ROOT / folder).rglob("*.py"):
            assert not imports(path) & {"pickle", "cloudpickle", "joblib", "dill", "shelve"}, path
            assert "torch.load" not in path.read_text(encoding="utf-8"), path
