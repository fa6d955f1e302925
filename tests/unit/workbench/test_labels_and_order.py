"""Labels that fit, and the drawn order."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from redheart_core.vocabulary.dilemma import Dilemma, Option
from tests.fakes import fake_model, ward_dilemma
from workbench.views.labels import display_width, family_name, letter, listing, shorten
from workbench.views.order import drawn_names, shown_order
from workbench.views.shown import shown_options


@given(st.text(), st.integers(min_value=4, max_value=80))
def test_a_shortened_text_fits_on_one_line(text: str, width: int) -> None:
    short = shorten(text, width)
    assert display_width(short) <= width
    assert "\n" not in short


def test_hangul_takes_two_columns() -> None:
    assert shorten("가나다라마", 7) == "가나다…"
    assert shorten("가나다라마", 10) == "가나다라마"


def test_lists_read_as_sentences() -> None:
    assert listing(["a", "b", "c"], "en") == "a, b and c"
    assert listing(["a"], "en") == "a"
    assert listing([], "ko") == ""


def test_unknown_families_keep_their_identifier() -> None:
    assert family_name("unheard_of", "ko") == "unheard_of"
    assert letter(7) == "H"


def test_the_order_does_not_depend_on_how_the_options_were_typed() -> None:
    dilemma = ward_dilemma()
    swapped = replace(dilemma, options=dilemma.options[::-1])
    names = [dilemma.options[i].name for i in shown_order(dilemma).options]
    assert names == [swapped.options[i].name for i in shown_order(swapped).options]
    assert shown_order(dilemma).seed == shown_order(swapped).seed


def test_different_dilemmas_are_drawn_differently() -> None:
    options = tuple(Option(name=f"option {number}") for number in range(8))
    orders = {shown_order(Dilemma(situation=f"case {n}", options=options)).options for n in range(20)}
    assert len(orders) > 15


@given(st.lists(st.text(min_size=1), unique=True, max_size=8), st.text())
def test_drawing_keeps_every_name(names: list[str], seed: str) -> None:
    assert sorted(drawn_names(seed, names)) == sorted(names)


def test_shown_options_carry_letters_in_the_drawn_order() -> None:
    shown = shown_options(fake_model().evaluate_ethics(ward_dilemma(), language="en"))
    assert [option.letter for option in shown] == ["A", "B"]
    assert {option.name for option in shown} == {option.name for option in ward_dilemma().options}
