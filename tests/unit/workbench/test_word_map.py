"""The passage in colour: what is marked, and that no text can become markup."""

import html
import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.attributions import hand_made
from tests.fakes import HOSTILE
from workbench.copy import LANGUAGES, UiLanguage
from workbench.views.attribution_lead import attribution_lead
from workbench.views.visible import is_unseen, visible_html, visible_text
from workbench.views.word_map import piece_map, word_map
from workbench.views.word_map_html import word_map_html

NASTY = (
    "<script>", "</p>", '"', "'", "$x$", ":red[a]", "<!--", "-->", "&lt;", "\u202e", "\u2067", "\u200f", "\x00",
    "\u2028", "`", "[a](b)", "한", "مرحبا", "word", " ", "\n", "<img src=x onerror=alert(1)>", "style=",
)  # fmt: skip
TAG = re.compile(r"<[^>]*>")
OURS = re.compile(
    r"</?(?:div|p|ul|li|bdi|mark|span)(?: (?:class|style|title|role|tabindex|aria-label|dir)=\"[^\"<>]*\")*>"
)


def shown(markup: str) -> str:
    """Return what a browser would show, with our own signs, labels and legend left in."""
    return html.unescape(TAG.sub("", markup))


@settings(deadline=None, max_examples=150)
@given(st.lists(st.sampled_from(NASTY) | st.text(max_size=4), max_size=12).map("".join))
def test_no_text_becomes_a_tag_an_attribute_or_a_hidden_character(text: str) -> None:
    markup = word_map_html(word_map(hand_made(text), "en"), is_dark=False)
    assert all(OURS.fullmatch(tag) for tag in TAG.findall(markup))
    assert markup.count("<") == len(TAG.findall(markup))
    assert not any(is_unseen(character) for character in markup)


@settings(deadline=None, max_examples=100)
@given(st.text(alphabet="ab<>&\"' .,한\u202e\n", max_size=40))
def test_the_whole_passage_stands_in_the_map_in_its_own_order(text: str) -> None:
    lines = word_map(hand_made(text), "ko").lines
    words = [word for line in lines for word in line.words]
    if words:
        assert "".join(f"{word.before}{word.text}" for word in words) + lines[-1].after == text


def test_every_word_is_isolated_so_that_none_turns_its_neighbours_round() -> None:
    markup = word_map_html(word_map(hand_made("good مرحبا bad"), "en"), is_dark=False)
    assert markup.count("<bdi>") == markup.count("</bdi>") == 3


def test_hostile_text_stands_there_as_text() -> None:
    markup = word_map_html(word_map(hand_made(HOSTILE), "en"), is_dark=True)
    assert "<script" not in markup
    assert "U+202E" in shown(markup)
    assert "$" in shown(markup)


def test_what_raises_and_what_lowers_differ_by_mark_and_by_line_and_faint_words_have_neither() -> None:
    markup = word_map_html(word_map(hand_made("up down weak", [1.0, -0.5, 0.01]), "en"), is_dark=False)
    up, down, weak = (f"<bdi>{word}</bdi>" for word in ("up", "down", "weak"))
    assert f'<span class="rh-sign">+</span>{up}</mark>' in markup
    assert f'<span class="rh-sign">−</span>{down}</mark>' in markup
    assert f"{weak}</span>" in markup
    assert '"rh-word rh-raises" style="--rh-strength:100%"' in markup
    assert '"rh-word rh-lowers" style="--rh-strength:50%"' in markup


def test_scores_of_zero_mark_nothing() -> None:
    view = word_map(hand_made("a b c", [0.0, 0.0, 0.0]), "ko")
    assert not any(word.sign for word in view.lines[0].words)


def test_a_shared_scale_makes_two_maps_comparable() -> None:
    alone = word_map(hand_made("a b", [0.5, -0.25]), "en")
    beside = word_map(hand_made("a b", [0.5, -0.25]), "en", scale=1.0)
    assert [word.strength for word in alone.lines[0].words] == [1.0, 0.5]
    assert [word.strength for word in beside.lines[0].words] == [0.5, 0.25]


def test_a_context_stands_before_the_text_under_its_own_name() -> None:
    lines = word_map(hand_made("tell them", [1.0, 2.0, 3.0, -4.0], context="a secret"), "en").lines
    assert [line.label for line in lines] == ["Context", "Text"]
    assert [word.text for word in lines[0].words] == ["a", "secret"]
    assert lines[1].words[1].strength == 1.0


@pytest.mark.parametrize("language", LANGUAGES)
def test_pieces_show_what_the_network_read_and_the_marks_that_the_model_adds(language: UiLanguage) -> None:
    view = piece_map(hand_made("alone"), language)
    assert [word.text for line in view.lines for word in line.words] == ["alone", "[CLS]"]


def test_what_cannot_be_seen_is_named() -> None:
    assert visible_text("a\u202eb\u2060") == "a[U+202E]b[U+2060]"
    assert visible_html("\x00") == '<span class="rh-unseen">U+0000</span>'
    assert visible_text("line\nend\ttab 👩‍🚀") == "line\nend\ttab 👩‍🚀"


def test_a_method_that_gives_sizes_only_is_not_drawn_as_raising() -> None:
    sizes = replace(hand_made("a b", [1.0, 0.5]), key=replace(hand_made("a b", [1.0, 0.5]).key, method="attention"))
    markup = word_map_html(word_map(sizes, "en"), is_dark=False)
    assert "rh-raises" not in markup
    assert '<span class="rh-sign">•</span><bdi>a</bdi></mark>' in markup
    assert "raised" not in attribution_lead(sizes, "x", "en").sentence.split(".")[0]
