"""Traces: reading files, names of steps, the neighbourhood graph, search."""

import copy
import json
from typing import Any

import pytest

from redheart_core.errors import InputError
from redheart_core.reasoning.trace import Stage
from tests.fakes import fake_model, ward_dilemma
from workbench.charts.theme import LIGHT
from workbench.charts.trace_graph import trace_graph_chart
from workbench.copy import LANGUAGES, UiLanguage
from workbench.views.shown import shown_options
from workbench.views.step_names import option_letters, step_name, word_name
from workbench.views.trace_document import TraceDocument, parse_trace, parse_trace_file
from workbench.views.trace_graph import MAX_NODES, trace_graph_view
from workbench.views.trace_steps import full_value, input_value, matching_steps, output_summary, steps_table

EVALUATION = fake_model().evaluate_ethics(ward_dilemma(), language="ko")
CONTENT: dict[str, Any] = EVALUATION.trace.to_dict()


@pytest.fixture
def document() -> TraceDocument:
    return parse_trace(copy.deepcopy(CONTENT))


def test_a_trace_survives_being_written_and_read(document: TraceDocument) -> None:
    again = parse_trace_file(json.dumps(CONTENT, ensure_ascii=False).encode())
    assert [step.id for step in again.steps] == [step.id for step in EVALUATION.trace.steps]
    assert again.steps == document.steps


def test_a_whole_result_is_read_by_the_trace_inside_it() -> None:
    read = parse_trace_file(json.dumps(EVALUATION.to_dict()).encode())
    assert len(read.steps) == len(EVALUATION.trace.steps)


@pytest.mark.parametrize("data", [b"\xff", b"{", b"null", b"{}", b'{"schema": "redheart.trace/1"}'])
def test_what_is_no_trace_is_refused_in_both_languages(data: bytes) -> None:
    with pytest.raises(InputError) as caught:
        parse_trace_file(data)
    assert "file is not" in caught.value.message("en")
    assert "파일" in caught.value.message("ko")


@pytest.mark.parametrize("field", ["index", "id", "stage", "inputs", "spans", "output"])
def test_a_step_without_one_of_its_fields_is_refused(field: str) -> None:
    broken = copy.deepcopy(CONTENT)
    del broken["final_output"][0][field]
    with pytest.raises(InputError, match="missing or malformed"):
        parse_trace(broken)


def test_two_steps_with_one_id_are_refused() -> None:
    broken = copy.deepcopy(CONTENT)
    broken["final_output"].append(broken["final_output"][0])
    with pytest.raises(InputError, match="missing or malformed"):
        parse_trace(broken)


def test_letters_on_the_trace_page_are_those_of_the_result(document: TraceDocument) -> None:
    by_letter = {option.letter: option.name for option in shown_options(EVALUATION)}
    given = [option.name for option in ward_dilemma().options]
    assert [by_letter[letter] for letter in document.letters] == given


def test_steps_have_everyday_names_in_both_languages(document: TraceDocument) -> None:
    letter = document.letters[0]
    assert step_name("option.0.external_cost.base", document.letters, "en") == f"{letter} · external cost · base"
    assert step_name("option.0.external_cost.base", document.letters, "ko") == f"{letter} · 외부 비용 · 규칙 값"
    assert step_name("option.7.unheard", document.letters, "en") == "option 8 · unheard"
    assert option_letters({"text": "a passage"}) == ()
    assert option_letters("damaged") == ()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_argument_and_entry_has_a_name(document: TraceDocument, language: UiLanguage) -> None:
    words = {word for step in document.steps for i in step.inputs for word in (i.argument, *i.path)}
    assert all(word_name(word, language) for word in words)
    assert word_name("realistic", "ko") == "현실"
    assert word_name("numbered_option", "en") == "numbered_option"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_step_of_a_trace_has_a_neighbourhood(document: TraceDocument, language: UiLanguage) -> None:
    for step in document.steps:
        view = trace_graph_view(document, step, language)
        ids = {node.id for node in view.nodes}
        assert step.id in ids
        assert len(ids) <= MAX_NODES
        assert all(start in ids and end in ids for start, end in view.edges)


def test_calculation_runs_from_left_to_right(document: TraceDocument) -> None:
    step = document.step("option.0.views")
    assert step is not None
    view = trace_graph_view(document, step, "en")
    places = {node.id: node.x for node in view.nodes}
    assert all(places[start] < places[end] for start, end in view.edges)
    assert {i.step for i in step.inputs} <= set(places)
    figure = trace_graph_chart(view, LIGHT)
    drawn = {data[0] for trace in figure.data if trace.customdata is not None for data in trace.customdata}
    assert drawn == set(places)


def test_a_cycle_in_a_damaged_trace_does_not_hang_the_page() -> None:
    broken = copy.deepcopy(CONTENT)
    first, second = broken["base_calculation"][:2]
    first["inputs"] = {"a": second["id"]}
    second["inputs"] = {"a": first["id"]}
    document = parse_trace(broken)
    step = document.step(first["id"])
    assert step is not None
    assert {node.id for node in trace_graph_view(document, step, "en").nodes} >= {first["id"], second["id"]}


def test_an_input_is_followed_to_its_value(document: TraceDocument) -> None:
    step = document.step("option.0.hedonic.adjustment")
    assert step is not None
    values = {reference.argument: input_value(document, reference) for reference in step.inputs}
    base = document.step("option.0.hedonic.base")
    assert base is not None
    assert values["base"] == base.output["value"]
    assert isinstance(values["neural"], float)


def test_search_takes_every_word_in_any_order(document: TraceDocument) -> None:
    found = matching_steps(document, "BASE external", "en")
    assert {step.id for step in found} >= {"option.0.external_cost.base", "option.1.external_cost.base"}
    assert all("external" in step.id or "harm" in step.operation for step in found)
    assert len(matching_steps(document, "", "ko")) == len(document.steps)
    assert matching_steps(document, "zzz", "ko") == ()


def test_values_have_short_forms(document: TraceDocument) -> None:
    assert output_summary(0.25, "en") == "0.25"
    assert output_summary(True, "en") == "yes"
    assert output_summary(None, "ko") == "없음"
    assert output_summary([1, 2], "en") == "2 values"
    assert output_summary({"low": 0.1, "high": 0.2}, "en") == "low 0.10, high 0.20"
    assert output_summary(dict.fromkeys("abcdef", 1), "en") == "6 entries"
    assert len(full_value("x" * 100_000)) < 5_000
    table = steps_table(document, document.steps, "en")
    assert len(table.rows) == len(document.steps)


def test_evidence_points_into_the_text_it_names(document: TraceDocument) -> None:
    spans = [span for step in document.steps for span in step.spans]
    assert spans
    for span in spans:
        text = document.text_of(span.source)
        assert text is not None
        assert text[span.start : span.end].strip()
    assert document.text_of("nowhere") is None
    assert {step.stage for step in document.steps} == set(Stage)
