"""The panel that says whether to believe a picture, the curves beside it, and code that repeats it."""

import ast
import shlex

import pytest

from redheart_core.explain.attribution.result import Attribution, Unit
from redheart_core.explain.attribution.trust.agreement import baseline_strip
from redheart_core.explain.attribution.trust.completeness import Completeness, check_completeness
from redheart_core.explain.attribution.trust.plan import TrustSettings
from redheart_core.explain.attribution.trust.report import CurvePoint, TrustReport
from redheart_core.explain.attribution.trust.verdict import (
    Check,
    CheckName,
    Limits,
    NoiseFloor,
    Reason,
    Verdict,
    judged,
    unjudged,
)
from tests.attributions import hand_made
from tests.fakes import HOSTILE
from workbench.charts.removal import removal_chart
from workbench.charts.theme import LIGHT
from workbench.copy import LANGUAGES, UiLanguage, say
from workbench.views.attribution_code import python_code, shell_command
from workbench.views.attribution_trust import check_lines, checks_table, flips_sentence, trust_panel
from workbench.views.progress import cost_text, duration, progress_text
from workbench.views.removal import removal_view

NOISE = NoiseFloor(mean=0.2, low=0.1, high=0.3, share_as_good=0.02, num_maps=40)
POINT = CurvePoint(num_words=1, without=0.1, without_low=0.2, without_high=0.5, only=0.9, only_low=0.3, only_high=0.6)


def report_of(*checks: Check) -> TrustReport:
    return TrustReport(
        checks=checks, target_value=1.0, baseline_value=0.0, curve=(POINT,), cascade=(), agreements=(),
        baseline_strip=None, settings=TrustSettings(), num_evaluations=10,
    )  # fmt: skip


def sum_of(attribution: Attribution) -> Check:
    return check_completeness(Completeness.of(attribution))


def test_a_map_whose_scores_add_up_says_so_with_both_sides_of_the_sum() -> None:
    attribution = hand_made("up down", [2.0, -0.5])
    panel = trust_panel(attribution, report_of(sum_of(attribution)), "en")
    assert (panel.kind, panel.mark, panel.short) == ("good", "✓", "Believable")
    assert panel.facts[0] == ("sum of the scores", "1.550")
    assert panel.facts[1] == ("text minus baseline", "1.550 = 0.5500 − (−1.000)")
    assert panel.facts[2][1] == "0 (0% of the difference)"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_failed_check_comes_first_and_is_named_in_the_verdict(language: UiLanguage) -> None:
    attribution = hand_made("up down", [2.0, -0.5], missing=1.0)
    good = judged(CheckName.MAX_SENSITIVITY, 0.1, Limits(good=0.2, doubtful=0.5))
    panel = trust_panel(attribution, report_of(good, sum_of(attribution)), language)
    assert (panel.kind, panel.mark) == ("failed", "✗")
    assert panel.lines[0].verdict is Verdict.FAILED
    assert say("attribution.check.completeness", language) in panel.sentence
    assert say("attribution.check.max_sensitivity", language) not in panel.sentence


def test_a_failure_that_is_not_essential_is_a_doubt() -> None:
    doubt = judged(CheckName.MAX_SENSITIVITY, 0.9, Limits(good=0.2, doubtful=0.5))
    attribution = hand_made()
    panel = trust_panel(attribution, report_of(sum_of(attribution), doubt), "en")
    assert (panel.kind, panel.mark) == ("doubtful", "~")
    assert "Is it steady under tiny changes?" in panel.sentence


def test_a_map_that_nobody_checked_is_never_called_believable() -> None:
    pending = trust_panel(hand_made(), None, "en")
    unasked = trust_panel(hand_made(), report_of(unjudged(CheckName.RANDOMISATION, Reason.NOT_ASKED)), "en")
    assert "✓" not in pending.mark + unasked.mark
    assert unasked.kind == "not_applicable"
    assert "Does it change when the model is scrambled?" in unasked.not_asked


def test_a_value_stands_beside_what_random_maps_reach() -> None:
    check = Check(
        name=CheckName.COMPREHENSIVENESS, verdict=Verdict.GOOD, is_essential=True, value=0.8, noise=NOISE
    )  # fmt: skip
    (line,) = check_lines([check], "en")
    assert line.detail == "0.80; random maps: 0.10 to 0.30"
    assert checks_table([check], "en").rows[0][2:5] == (0.8, 0.1, 0.3)


def test_a_baseline_too_close_to_the_text_states_no_share() -> None:
    attribution = hand_made("a", [0.0], rest=0.0)
    panel = trust_panel(attribution, report_of(sum_of(attribution)), "en")
    assert "too close" in panel.facts[2][1]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", list(CheckName))
def test_every_check_and_every_reason_has_words(name: CheckName, language: UiLanguage) -> None:
    for reason in Reason:
        (line,) = check_lines([unjudged(name, reason)], language)
        assert line.question.endswith("?")
        assert line.detail
        assert line.meaning


def test_words_that_change_sides_are_named() -> None:
    attribution = hand_made("up down", [2.0, -1.0])
    turned = baseline_strip("pad", {"pad": (2.0, -1.0), "zero": (2.0, 1.0)})
    steady = baseline_strip("pad", {"pad": (2.0, -1.0), "zero": (1.0, -1.0)})
    assert flips_sentence(attribution, turned, "en") == "Words that change sides under another baseline: down."
    assert "No word" in flips_sentence(attribution, steady, "en")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_curves_say_how_often_they_lie_below_the_random_band(language: UiLanguage) -> None:
    view = removal_view([POINT], "x", Unit.LOGIT, language)
    assert "1" in view.text.title
    assert len(set(view.table.columns)) == len(view.table.columns) == 7
    chart = removal_chart(view, LIGHT)
    assert [list(trace.y) for trace in chart.data][2:] == [[0.1], [0.9]]


def test_the_code_repeats_the_text_whatever_it_is() -> None:
    key = hand_made(f'{HOSTILE} it\'s "{{x}}"').key
    code = python_code(key, "compact", untrained=False)
    strings = [node.value for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Constant)]
    assert key.text in strings
    words = shlex.split(shell_command(key, "compact", untrained=True))
    assert words[:3] == ["redheart", "attribute", key.text]
    assert words[-1] == "--untrained"


def test_time_left_follows_from_the_pace_so_far() -> None:
    assert progress_text(25, 100, 1.0, "en") == "25 of 100 evaluations, about 3.0 s left."
    assert progress_text(0, 100, 9.0, "en") == "0 of 100 evaluations."
    assert duration(90.0, "en") == "1.5 min"
    assert cost_text(1200, 0.01, "en") == "Evaluates the model 1,200 times: about 12 s at the speed just measured."
