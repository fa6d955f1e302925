"""What a decomposition says and draws: sentences, bars, checks, code. Pure, on small tables with known answers."""

from __future__ import annotations

import ast
import json
import shlex

import numpy as np
import pytest

from redheart_core.explain.surd import BinKind, ReportSettings, TermKind
from redheart_core.explain.surd.ensemble import Design
from redheart_core.explain.surd.populations import Population, Question, answer
from redheart_core.explain.surd.populations.table import table_population
from redheart_core.explain.surd.systems import JUST_DETECTABLE
from redheart_core.measurements import Measurement
from redheart_core.vocabulary.dilemma_file import parse_dilemma
from tests.fakes import HOSTILE, ward_dilemma
from workbench.charts.surd_bars import placed, surd_bars_chart
from workbench.charts.surd_estimates import surd_estimates_chart
from workbench.charts.surd_sensitivity import surd_sensitivity_chart
from workbench.charts.surd_svg import surd_svg
from workbench.charts.surd_whole import surd_whole_chart
from workbench.charts.theme import LIGHT, TERM_COLOURS, TERM_PATTERNS
from workbench.copy import LANGUAGES, UiLanguage, say
from workbench.views.surd_bars import surd_bars_view, terms_table
from workbench.views.surd_beside import beside_facts, state_facts, tie_sentences
from workbench.views.surd_case import SurdCase, bits
from workbench.views.surd_code import dilemma_json, python_code, shell_command
from workbench.views.surd_covered import covered_sentence
from workbench.views.surd_estimates import surd_estimates_view
from workbench.views.surd_lead import named_terms, surd_lead
from workbench.views.surd_power import power_sentences
from workbench.views.surd_request import (
    EnsembleChoice,
    PopulationChoice,
    RunChoice,
    StudyChoice,
    SurdRequest,
    TableChoice,
)
from workbench.views.surd_sensitivity import surd_sensitivity_view
from workbench.views.surd_trust import surd_trust
from workbench.views.surd_whole import surd_whole_view

QUICK = ReportSettings(num_bootstrap=50, num_surrogates=199)
BITS = [(a, b) for a in (0, 1) for b in (0, 1)] * 150
Rows = list[tuple[float, ...]]


def population_of(names: tuple[str, ...], rows: Rows) -> Population:
    lines = [",".join(f'"{name.replace(chr(34), chr(34) * 2)}"' for name in names)]
    lines += [",".join(str(value) for value in row) for row in rows]
    return table_population("\n".join(lines).encode(), file_name="cases.csv")


def case_of(
    rows: Rows,
    names: tuple[str, ...] = ("joy", "harm", "score"),
    language: UiLanguage = "en",
    *,
    is_revealed: bool = False,
) -> SurdCase:
    population = population_of(names, rows)
    question = Question(target=names[-1], sources=names[:-1])
    given = answer(population, question, settings=QUICK)
    return SurdCase(answer=given, population=population, language=language, is_revealed=is_revealed)


XOR: Rows = [(a, b, a ^ b) for a, b in BITS]
COPY: Rows = [(a, a, a) for a, _ in BITS]
AND: Rows = [(a, b, a & b) for a, b in BITS]
ONE: Rows = [(a, b, a) for a, b in BITS]


@pytest.fixture(scope="module")
def small() -> SurdCase:
    values = np.random.default_rng(0).normal(size=(3, 70))
    rows = [tuple(row) for row in np.column_stack([*values, values.sum(axis=0)]).round(3).tolist()]
    return case_of(rows, ("a", "b", "c", "t"))


@pytest.fixture(scope="module")
def chance() -> SurdCase:
    values = np.random.default_rng(1).normal(size=(400, 3)).round(3)
    return case_of([tuple(row) for row in values.tolist()])


@pytest.mark.parametrize(
    ("rows", "kind", "words"),
    [
        (XOR, TermKind.SYNERGISTIC, "show only when “joy” and “harm” are seen together"),
        (COPY, TermKind.REDUNDANT, "“joy” and “harm” largely say the same"),
        (ONE, TermKind.UNIQUE, "“joy” alone tells 1.0 bits, 100%"),
    ],
)
def test_the_sentences_name_what_the_numbers_are(rows: Rows, kind: TermKind, words: str) -> None:
    case = case_of(rows)
    (term,) = named_terms(case)
    assert term.kind is kind
    lead = surd_lead(case)
    assert words in lead.parts[0]
    assert "in this population" in lead.scope
    assert "100%" in lead.sentence


def test_no_sentence_speaks_of_causes_or_effects_over_a_table() -> None:
    lead = surd_lead(case_of(AND))
    said = " ".join((lead.sentence, *lead.parts))
    assert "cause" not in said
    assert "effect" not in lead.scope


def test_an_interaction_is_called_one_only_where_both_tests_pass() -> None:
    assert "may be called an interaction" in surd_lead(case_of(XOR)).parts[0]
    values = np.random.default_rng(0).normal(size=(2, 800))
    rows = [tuple(row) for row in np.column_stack([*values, values.sum(axis=0)]).round(3).tolist()]
    plain_sum = surd_lead(case_of(rows))
    assert any("not called an interaction" in part for part in plain_sum.parts)
    assert not any("may be called" in part for part in plain_sum.parts)


def test_a_total_like_chance_has_no_parts(chance: SurdCase) -> None:
    assert chance.terms == ()
    assert surd_whole_view(chance) is None
    assert surd_lead(chance).parts == ()
    panel = surd_trust(chance)
    assert panel.kind == "failed"
    assert panel.lines[0].mark == "✗"


def test_a_sample_that_is_too_small_hides_synergy_and_leak(small: SurdCase) -> None:
    assert not small.shows_synergy
    assert surd_whole_view(small) is None
    assert all(term.kind is not TermKind.SYNERGISTIC for term in small.terms)
    assert "too small to say" in surd_lead(small).sentence
    shown = SurdCase(answer=small.answer, population=small.population, language="en", is_revealed=True)
    assert surd_whole_view(shown) is not None
    assert any(term.kind is TermKind.SYNERGISTIC for term in shown.terms)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pieces_of_the_whole_bar_add_up_to_the_entropy(language: UiLanguage) -> None:
    case = case_of(AND, language=language)
    view = surd_whole_view(case)
    assert view is not None
    assert sum(piece.bits for piece in view.pieces) == pytest.approx(case.report.result.target_entropy, abs=1e-12)
    assert sum(piece.share for piece in view.pieces) == pytest.approx(1.0, abs=1e-12)
    figure = surd_whole_chart(view, LIGHT)
    assert next(bar.base[0] for bar in figure.data if bar.type == "bar") == 0.0


def test_shares_and_bits_are_the_same_bars() -> None:
    case = case_of(AND)
    in_bits, in_shares = (surd_bars_view(case, is_share=is_share) for is_share in (False, True))
    total = case.report.total.plug_in
    assert [row.length / total for row in in_bits.rows] == pytest.approx([row.length for row in in_shares.rows])
    assert sum(row.length for row in in_shares.rows) == pytest.approx(1.0)
    (row,) = in_bits.rows
    assert [segment.kind for segment in row.segments] == [TermKind.REDUNDANT, TermKind.SYNERGISTIC]
    assert [start for start, _ in placed(row)] == pytest.approx([0.0, 0.3112781244591328])


def test_each_kind_has_its_colour_and_its_pattern() -> None:
    figure = surd_bars_chart(surd_bars_view(case_of(AND), is_share=False), LIGHT)
    bars = [trace for trace in figure.data if trace.type == "bar"]
    assert [bar.marker.color for bar in bars] == [TERM_COLOURS[TermKind.REDUNDANT], TERM_COLOURS[TermKind.SYNERGISTIC]]
    assert len(set(TERM_PATTERNS.values())) == 3
    assert all(bar.name[0] in "=1+" for bar in bars)


def test_the_three_estimates_add_up_to_their_totals() -> None:
    view = surd_estimates_view(case_of(AND))
    total, *parts = (row.values for row in view.rows)
    assert np.sum(parts, axis=0) == pytest.approx(total)
    figure = surd_estimates_chart(view, LIGHT)
    assert {trace.marker.symbol for trace in figure.data if trace.mode == "markers"} == {
        "circle", "diamond-open", "line-ns-open",
    }  # fmt: skip


def test_the_bins_are_two_three_and_four() -> None:
    view = surd_sensitivity_view(case_of(AND))
    assert [row.label for row in view.rows] == ["2 bins", "3 bins", "4 bins"]
    assert "same kind of part" in view.text.title
    assert len(surd_sensitivity_chart(view, LIGHT).layout.annotations) == 3


def test_ties_are_told_and_flagged() -> None:
    rows: Rows = [(a, b, b, a ^ b) for a, b in BITS]
    case = case_of(rows, ("x", "y", "copy of y", "t"))
    (sentence, *_) = tie_sentences(case)
    assert "“x + y” and “x + copy of y” tell exactly as much" in sentence
    view = surd_bars_view(case, is_share=False)
    assert any(row.is_flagged for row in view.rows)
    assert view.flag_note


def test_long_names_become_letters_in_the_figure_only() -> None:
    long = ("how much joy there is in it", "how much harm is done to others", "score")
    case = case_of(XOR, long)
    assert case.uses_letters
    view = surd_bars_view(case, is_share=False)
    assert view.rows[0].label == "A + B"
    assert long[0] in view.text.title
    assert any(row[0] == f"{long[0]} + {long[1]}" for row in terms_table(case).rows)


def test_hostile_names_stay_text_in_every_drawing() -> None:
    case = case_of(XOR, (HOSTILE, "$x$", "<b>t</b>"))
    view = surd_bars_view(case, is_share=False)
    svg = surd_svg(view, HOSTILE)
    assert "<script>" not in svg
    assert "&lt;script&gt;" in svg
    whole = surd_whole_view(case)
    assert whole is not None
    for figure in (surd_bars_chart(view, LIGHT), surd_whole_chart(whole, LIGHT)):
        assert "<script>" not in json.dumps(json.loads(figure.to_json())["layout"])
    assert terms_table(case).to_csv().count("<script>") == terms_table(case).to_csv().count(HOSTILE.replace('"', '""'))


def test_what_was_counted_stands_beside() -> None:
    facts = dict(beside_facts(case_of(AND)))
    assert facts["cases (n)"] == "600"
    assert facts["occupied cells"] == "4 of 8"
    assert facts["states"] == "score 2, joy 2, harm 2"
    assert "resampled" in facts["independent units"]
    assert "450 · 150" in dict(state_facts(case_of(AND)))["score"]


REQUESTS: tuple[PopulationChoice, ...] = (
    StudyChoice(),
    TableChoice(sha256="0" * 64, file_name="it's mine.csv", units="who", is_ordered=True),
    EnsembleChoice(dilemma=ward_dilemma(), place=1, design=Design(), preset=""),
    RunChoice(run_id="20260101-000000-a", num_steps=100),
)


@pytest.mark.parametrize("choice", REQUESTS, ids=lambda choice: choice.kind.value)
def test_the_code_is_code_and_every_name_is_quoted(choice: PopulationChoice) -> None:
    request = SurdRequest(
        population=choice, target="a b; rm -rf", sources=("$x", "y'z"), bins=3, method=BinKind.UNIFORM,
        categorical=("$x",), max_order=1, lags=(1, 0), num_surrogates=99, seed=7,
    )  # fmt: skip
    ast.parse(python_code(request, "compact"))
    words = shlex.split(shell_command(request, "compact", leaves_out=True))
    assert words[:2] == ["redheart", "surd"]
    assert words[words.index("--target") + 1] == "a b; rm -rf"
    assert words[words.index("--sources") + 1 : words.index("--sources") + 3] == ["$x", "y'z"]
    assert words[words.index("--lags") + 1 :][:2] == ["1", "0"]


def test_a_dilemma_of_ones_own_becomes_the_file_that_the_command_reads() -> None:
    assert parse_dilemma(dilemma_json(ward_dilemma())) == ward_dilemma()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_least_interaction_is_named_with_how_it_was_tried(language: UiLanguage) -> None:
    case = case_of(XOR, language=language)
    report = case.report
    assert report.interaction_detectable is not None
    row = {"system": JUST_DETECTABLE, "runs": 400}
    tried = Measurement(
        command="study", machine="", date="2026-11-25", torch="",
        rows=tuple({**row, "samples": n, "interaction_found": p} for n, p in ((1_000, 0.81), (5_000, 0.78))),
    )  # fmt: skip
    least, method, study = power_sentences(case, tried)
    assert bits(report.interaction_detectable) in least
    assert say("surd.power.found", language, bits="1.00", p="p = 0.0050") in least
    assert "199" in method
    assert all(part in study for part in ("1,000", "5,000", "400", "78%", "81%"))
    assert power_sentences(case, None) == (least, method)


def test_without_a_test_of_interaction_there_is_no_least_one(chance: SurdCase) -> None:
    assert power_sentences(chance, None) == ()
    assert power_sentences(case_of([(a, a) for a, _ in BITS], names=("joy", "score")), None) == ()


def test_how_often_intervals_held_the_truth_leaves_out_where_there_was_none() -> None:
    parts = {"covered_redundant": 0.91, "covered_unique": 0.86, "covered_synergistic": 0.96, "covered_total": 0.83}
    told = {**parts, "system": "a", "samples": 1_000, "runs": 40, "truth_total": 0.5}
    nothing = {**dict.fromkeys(parts, 1.0), "system": "b", "samples": 5_000, "runs": 40, "truth_total": 0.0}
    recorded = Measurement(
        command="study", machine="", date="2026-11-25", torch="", facts={"nominal": 0.9}, rows=(told, nothing)
    )
    sentence = covered_sentence(recorded, "en")
    assert all(part in sentence for part in ("90%", "2 systems", "1,000 and 5,000", "83% to 83%", "86% to 96%"))
    assert covered_sentence(None, "en") == ""
