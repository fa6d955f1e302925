"""The page of decompositions: known numbers through the page, hostile names, bad input, both languages."""

from __future__ import annotations

import csv
import io
import json
import shlex
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import streamlit as st
from click.testing import CliRunner
from streamlit.testing.v1 import AppTest

from redheart_core.cli import main
from tests.fakes import HOSTILE
from tests.pages.conftest import OpenPage
from tests.pages.reading import page_text, press, raw_html
from workbench.copy import LANGUAGES, UiLanguage, say
from workbench.ui.literal import markdown_literal
from workbench.ui.session import Key

COPIES = 300
"""Every row of a gate's truth table stands so often: no chance is in the table, and the sample is ample."""
GATES = {
    "xor": [(a, b, a ^ b) for a in (0, 1) for b in (0, 1)],
    "copy": [(a, a, a) for a in (0, 1) for _ in (0, 1)],
    "and": [(a, b, a & b) for a in (0, 1) for b in (0, 1)],
}


def table_of(header: Sequence[str], rows: Sequence[Sequence[object]]) -> bytes:
    buffer = io.StringIO()
    csv.writer(buffer).writerows([header, *rows])
    return buffer.getvalue().encode()


def gate(name: str) -> bytes:
    return table_of(("first", "second", "outcome"), GATES[name] * COPIES)


def open_surd(open_page: OpenPage, language: str = "en", *, population: str = "table") -> AppTest:
    """Open the page on a population, with as few random populations as it offers."""
    app = open_page("home", language)
    app.session_state[Key.SURD_POPULATION] = population
    app.session_state[Key.SURD_SURROGATES] = 199
    app.session_state[Key.SURD_BOOTSTRAP] = 200
    return app.switch_page("pages/surd.py").run()


def give(app: AppTest, content: bytes, name: str = "cases.csv") -> AppTest:
    """Choose the table of one's own and upload it."""
    app.file_uploader(key="surd.upload").set_value((name, content, "text/csv")).run()
    assert not app.exception
    return app


def taken_apart(app: AppTest, content: bytes) -> AppTest:
    return press(give(app, content), "surd.run")


@dataclass
class Files:
    """What the page's download buttons hold, by key, as of their last drawing."""

    held: dict[str, bytes] = field(default_factory=dict)

    def json(self, app: AppTest) -> dict[str, Any]:
        app.session_state[Key.SURD_LAYER] = "numbers"
        app.run()
        found: dict[str, Any] = json.loads(self.held["surd.download_json"])
        return found


@pytest.fixture
def files(monkeypatch: pytest.MonkeyPatch) -> Files:
    """Look over the shoulder of the download buttons: AppTest does not serve their files."""
    found, plain = Files(), st.download_button

    def seen(label: str, data: str | bytes, *args: Any, key: str, **kwargs: Any) -> bool:
        found.held[key] = data.encode() if isinstance(data, str) else data
        return plain(label, data, *args, key=key, **kwargs)

    monkeypatch.setattr(st, "download_button", seen)
    return found


def printed_by(command: str, *, instead_of_compact: str = "compact") -> bytes:
    """Run the command that the page shows and return what it prints."""
    _, *arguments = shlex.split(command)
    printed = CliRunner().invoke(main, [instead_of_compact if word == "compact" else word for word in arguments])
    assert printed.exit_code == 0, printed.stderr
    return printed.stdout_bytes


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("xor", {"redundant": 0.0, "synergistic": 1.0}),
        ("copy", {"redundant": 1.0, "synergistic": 0.0}),
        ("and", {"redundant": 0.3112781244591328, "synergistic": 0.5}),
    ],
)
def test_known_gates_come_out_of_the_page_to_ten_digits(
    open_page: OpenPage, files: Files, name: str, expected: dict[str, float]
) -> None:
    app = taken_apart(open_surd(open_page), gate(name))
    found = files.json(app)
    assert found["redundant"]["1,2"] == pytest.approx(expected["redundant"], abs=1e-10)
    assert found["synergistic"]["1,2"] == pytest.approx(expected["synergistic"], abs=1e-10)
    assert found["unique"] == pytest.approx({"1": 0.0, "2": 0.0}, abs=1e-10)


def test_the_sentences_say_what_the_gates_are(open_page: OpenPage) -> None:
    names = "“first” and “second”"
    xor = page_text(taken_apart(open_surd(open_page), gate("xor")))
    assert f"show only when {names} are seen together" in xor
    assert "100% of what is uncertain" in xor
    copied = page_text(taken_apart(open_surd(open_page), gate("copy")))
    assert f"{names} largely say the same: 1.0 bits, 100%" in copied
    assert "only when" not in copied


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_that_must_stand_beside_the_figure_stands_there(open_page: OpenPage, language: UiLanguage) -> None:
    app = taken_apart(open_surd(open_page, language), gate("and"))
    text = page_text(app)
    for name in ("population", "cases", "units", "bins", "cells", "order", "entropy"):
        assert say(f"surd.fact.{name}", language) in text
    for name in ("plug_in", "miller_madow", "null_subtracted"):
        assert say(f"surd.estimate.{name}", language) in text
    assert say("surd.caution.synergy", language) in text
    assert say("surd.sensitivity.stable", language) in text
    figures = app.get("plotly_chart")
    assert len(figures) == 4
    assert all(figure.proto.alt for figure in figures)


def test_the_json_is_what_the_shown_command_prints(
    open_page: OpenPage, files: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(0)
    first, second = rng.normal(size=(2, 400)).round(3)
    rows = [(a, b, round(a + b, 3), k // 2) for k, (a, b) in enumerate(zip(first, second, strict=True))]
    content = table_of(("a first", "it's second", "sum", "unit"), [*rows, ("", 0.1, 0.2, 200)])
    app = give(open_surd(open_page), content)
    app.selectbox(key=next(box.key for box in app.selectbox if box.key.startswith("surd.units"))).set_value(
        "unit"
    ).run()
    app.session_state[Key.SURD_BINS] = 3
    press(app, "surd.run")
    files.json(app)
    (tmp_path / "cases.csv").write_bytes(content)
    monkeypatch.chdir(tmp_path)
    assert printed_by(app.code[0].value) == files.held["surd.download_json"]


def test_hostile_names_are_shown_and_stay_text(open_page: OpenPage, files: Files) -> None:
    rows = [(a, b, a ^ b) for a in (0, 1) for b in (0, 1)] * COPIES
    app = taken_apart(open_surd(open_page), table_of((HOSTILE, "$x$ :red[x]", "**bold**"), rows))
    assert not app.error
    assert "<script>alert(1)</script>" in page_text(app)
    files.json(app)
    assert not any("<script>" in body for body in raw_html(app))
    assert b"<script>" not in files.held["surd.download_svg"]
    charts = [figure.proto.spec for figure in app.get("plotly_chart")]
    assert not any("<script>" in json.dumps(json.loads(spec)["layout"]) for spec in charts)
    assert "x$" not in str(app.query_params)


def test_a_total_like_chance_shows_no_parts(open_page: OpenPage) -> None:
    rng = np.random.default_rng(1)
    app = taken_apart(open_surd(open_page), table_of(("a", "b", "t"), rng.normal(size=(500, 3)).round(4)))
    text = page_text(app)
    assert say("surd.hidden.split", "en") in text
    assert say("surd.trust.short_failed", "en") in text
    assert "tell nothing about “t” that chance might not" in text
    assert not any("surd.parts" in figure.proto.id for figure in app.get("plotly_chart"))


def test_too_few_samples_hide_synergy_and_leak_until_the_reader_insists(open_page: OpenPage) -> None:
    rng = np.random.default_rng(0)
    values = rng.normal(size=(3, 70))
    rows = np.column_stack([*values, values.sum(axis=0)]).round(3)
    app = taken_apart(open_surd(open_page, "ko"), table_of(("a", "b", "c", "t"), rows))
    assert say("surd.hidden.synergy", "ko") in page_text(app)
    (figure, *_) = app.get("plotly_chart")
    assert say("surd.kind.synergistic", "ko") not in figure.proto.alt
    press(app, "surd.reveal")
    assert say("surd.hidden.revealed", "ko") in page_text(app)
    assert any(say("surd.kind.synergistic", "ko") in figure.proto.alt for figure in app.get("plotly_chart"))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"a,t\n1,2\n", "never one. Give at least 2"),
        (b"", "no usable name"),
        (b"a,,t\n1,2,3\n2,3,4\n", "column 2 has no usable name"),
        (b"a,a,t\n1,2,3\n2,3,4\n", "has a more than once"),
        (b"a,t\n1,2\n1,2,3\n", "Line 3 of cases.csv has 3 cells where the header has 2"),
        ("가,나\n1,2\n2,1\n".encode("cp949"), "cannot be read as a UTF-8 CSV file"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_what_and_why(
    open_page: OpenPage, content: bytes, reason: str
) -> None:
    app = give(open_surd(open_page), content)
    (problem,) = app.error
    assert reason in problem.value.replace("\\", "").replace("\u2060", "")
    assert not any(button.key == "surd.run" for button in app.button)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"a,t\n1,2\n2,2\n3,2\n", "t is the same in every sample"),
        (b"a,t\n,2\n,3\n,4\n", "0 sample is no population"),
    ],
)
def test_a_question_that_cannot_be_put_is_refused_and_nothing_is_lost(
    open_page: OpenPage, content: bytes, reason: str
) -> None:
    app = taken_apart(open_surd(open_page), content)
    (problem,) = app.error
    assert reason in problem.value.replace("\\", "").replace("\u2060", "")
    assert say("surd.input.file_kept", "en", name="cases.csv") in page_text(app)


def test_no_source_and_a_target_among_its_sources_are_refused(open_page: OpenPage) -> None:
    app = give(open_surd(open_page), gate("and"))
    sources = next(box for box in app.multiselect if box.key.startswith("surd.sources"))
    sources.set_value([]).run()
    press(app, "surd.run")
    assert app.error[0].value == markdown_literal(say("surd.input.no_sources", "en", most="8"))
    next(box for box in app.multiselect if box.key.startswith("surd.sources")).set_value(["first", "outcome"]).run()
    press(app, "surd.run")
    assert app.error[0].value == markdown_literal(say("surd.input.target_among", "en", target="outcome"))


def test_rows_without_a_value_are_left_out_and_counted(open_page: OpenPage, files: Files) -> None:
    content = gate("and") + b",1,0\nnan,0,0\n"
    app = taken_apart(open_surd(open_page), content)
    assert "2 left out" in page_text(app)
    assert files.json(app)["sampling"]["num_samples"] == 4 * COPIES


def test_settings_enter_the_address_and_names_of_ones_own_do_not(open_page: OpenPage) -> None:
    app = give(open_surd(open_page), gate("and"))
    app.session_state[Key.SURD_BINS] = 3
    press(app, "surd.run")
    assert app.query_params["bins"] == "3"
    assert "target" not in app.query_params
    assert "sources" not in app.query_params


def test_the_table_and_its_answer_survive_a_visit_to_another_page(open_page: OpenPage) -> None:
    app = taken_apart(open_surd(open_page), gate("xor"))
    app.switch_page("pages/emotion.py").run()
    app.switch_page("pages/surd.py").run()
    assert "are seen together" in page_text(app)
    assert say("surd.input.file_kept", "en", name="cases.csv") in page_text(app)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_example_table_can_be_given_back_and_its_rule_comes_out(
    open_page: OpenPage, files: Files, language: UiLanguage
) -> None:
    app = open_surd(open_page, language)
    text = page_text(app)
    rule = {"middle": "50", "step": "15", "noise": "12"}
    assert say("surd.example.approval", language, **rule) in text
    assert say("surd.example.text", language, rows="1,000", seed="7") in text
    taken_apart(app, files.held["surd.download_example"])
    found = files.json(app)
    assert [source["name"] for source in found["sampling"]["sources"]] == [
        say(f"surd.example.name.{name}", language) for name in ("help", "wanted", "effort")
    ]
    terms = {(term["kind"], term["key"]): term for term in found["statistics"]["terms"]}
    assert terms["synergistic", "1,2"]["p_interaction"] <= 0.05
    assert terms["synergistic", "1,2"]["interaction_bits"] > 0.1
    assert terms["unique", "3"]["interval"]["high"] < 0.02
    assert say("surd.beside.power", language) in page_text(app)
