"""The weights that ship: within budget, whole, and pointing the right way on plain sentences."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pytest

from redheart_core.model.checkpoint import MANIFEST_FILE, read_manifest
from redheart_core.model.ledger import parameter_rows
from redheart_core.model.reader import ModelReader, load_model_reader
from redheart_core.vocabulary.reading import Family

SHIPPED = Path(str(files("redheart_core"))) / "checkpoints" / "compact"


@pytest.fixture(scope="module")
def reader() -> ModelReader:
    return load_model_reader(SHIPPED)


def test_it_keeps_within_25_million_parameters_and_50_megabytes(reader: ModelReader) -> None:
    rows = parameter_rows(reader.checkpoint.model.config)
    assert sum(row.parameters for row in rows) <= 25_000_000
    manifest = reader.checkpoint.manifest
    files = {*manifest.file_names, MANIFEST_FILE}
    assert {path.name for path in SHIPPED.iterdir()} == files
    assert sum((SHIPPED / name).stat().st_size for name in files) <= 50_000_000
    assert sum(shard.size_bytes for shard in manifest.shards) < 2.1 * sum(row.parameters for row in rows)


def test_the_card_names_licences_data_and_limits() -> None:
    card = (SHIPPED / read_manifest(SHIPPED)[1].card).read_text("utf-8")
    for part in ("CC-BY-SA 4.0", "EmoBank", "scruples_research_only", "transfer from English", "Known failures"):
        assert part in card


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ("I won a prize and celebrated with my family.", "I lost my job and my savings."),
        ("I ate a delicious cake with my friends.", "I burned my hand badly on the stove."),
        ("정말 행복하고 감사해요.", "너무 슬프고 괴로워요."),
    ],
)
def test_pleasure_gets_a_higher_hedonic_value_than_pain(reader: ModelReader, better: str, worse: str) -> None:
    high, low = (reader.read(text).families[Family.HEDONIC].values["hedonic"] for text in (better, worse))
    assert high > low


@pytest.mark.parametrize(
    ("text", "family", "expected"),
    [
        ("Thank you so much for your help.", Family.GOEMOTIONS, "gratitude"),
        ("I am so sad, I cried all night.", Family.GOEMOTIONS, "sadness"),
        ("너무 슬퍼서 눈물이 나요.", Family.KOTE, "슬픔"),
        ("정말 감사합니다.", Family.KOTE, "고마움"),
    ],
)
def test_a_plainly_named_feeling_is_among_the_first_three(
    reader: ModelReader, text: str, family: Family, expected: str
) -> None:
    values = reader.read(text).families[family].values
    assert expected in sorted(values, key=lambda name: -values[name])[:3]


def test_an_act_that_hurts_is_less_acceptable_than_one_that_helps(reader: ModelReader) -> None:
    helps, hurts = (
        reader.read(text).families[Family.REASONING].values["acceptable"]
        for text in ("I helped my neighbor carry her groceries.", "I hit my neighbor and stole her groceries.")
    )
    assert helps > hurts
