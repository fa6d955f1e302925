"""What a person typed, inside Streamlit's Markdown."""

import re
import string

from hypothesis import given
from hypothesis import strategies as st

from tests.fakes import HOSTILE
from workbench.ui.literal import markdown_literal


@given(st.text())
def test_nothing_but_backslashes_and_invisible_joiners_is_added(text: str) -> None:
    plain = text.replace("\u2060", "")
    shown = re.sub(r"\\(.)", r"\1", markdown_literal(plain).replace("\u2060", ""), flags=re.DOTALL)
    assert shown == plain


@given(st.text(alphabet=string.punctuation + "ab "))
def test_every_mark_of_markdown_is_preceded_by_a_backslash(text: str) -> None:
    written = markdown_literal(text)
    bare = re.sub(r"\\.", "", written)
    assert not set(bare) & set(string.punctuation)


def test_short_codes_links_and_arrows_are_broken_up() -> None:
    written = markdown_literal(f"{HOSTILE} -> :smile: :material/home: https://a.example")
    plain = written.replace("\\", "")
    assert not re.search(r":[a-z_/]+:|->|https://|:red\[", plain)
