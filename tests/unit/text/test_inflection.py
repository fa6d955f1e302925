import pytest

from redheart_core.text.inflection import EnglishClass, spellings


@pytest.mark.parametrize(
    ("verb", "expected"),
    [
        ("lie", {"lie", "lies", "lied", "lying"}),
        ("betray", {"betray", "betrays", "betrayed", "betraying"}),
        ("worry", {"worry", "worries", "worried", "worrying"}),
        ("deceive", {"deceive", "deceives", "deceived", "deceiving"}),
        ("rob", {"rob", "robs", "robbed", "robbing"}),
        ("suffer", {"suffer", "suffers", "suffered", "suffering"}),
        ("admit", {"admit", "admits", "admitted", "admitting"}),
        ("break", {"break", "breaks", "breaking", "broke", "broken"}),
        ("steal", {"steal", "steals", "stealing", "stole", "stolen"}),
        ("punish", {"punish", "punishes", "punished", "punishing"}),
    ],
)
def test_verbs_inflect(verb: str, expected: set[str]) -> None:
    assert spellings(verb, EnglishClass.VERB) == expected


def test_nouns_have_a_plural_and_other_words_only_themselves() -> None:
    assert spellings("injury", EnglishClass.NOUN) == {"injury", "injuries"}
    assert spellings("brave", EnglishClass.WORD) == {"brave"}
