"""``redheart attribute`` as a person would call it."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from click.testing import CliRunner, Result

import redheart_core
from redheart_core.cli import main
from tests.checkpoints import make_tiny_checkpoint

TEXT = "I lied, and now I am sad."
CONTRACT = {
    "key", "unit", "words", "scores", "ngram_scores", "pieces", "rest", "sum", "target_value", "baseline_value",
    "is_additive", "completeness_error", "relative_error", "truncated", "steps", "seconds",
}  # fmt: skip


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["attribute", *arguments])


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(make_tiny_checkpoint(tmp_path_factory.mktemp("tiny")))


def test_the_json_has_what_the_contract_names() -> None:
    done = run(TEXT, "--target", "emotion/sadness", "--option", "steps=16", "--json")
    assert done.exit_code == 0
    content = json.loads(done.stdout)
    assert set(content) == CONTRACT
    assert content["key"]["options"] == {"rule": "gausslegendre", "steps": 16}
    assert content["sum"] == pytest.approx(sum(content["scores"]) + content["rest"])
    assert content["completeness_error"] == pytest.approx(
        content["sum"] - (content["target_value"] - content["baseline_value"])
    )
    strongest = max(zip(content["scores"], content["words"], strict=True), key=lambda pair: pair[0])
    assert strongest[1]["text"] == "sad"


def test_people_read_the_strongest_words_and_whether_it_adds_up() -> None:
    english = run(TEXT, "--target", "emotion/sadness", "--option", "steps=64")
    assert english.exit_code == 0
    assert "sad  ++++++++++++++++++++" in english.stdout
    assert "it adds up" in english.stdout
    korean = run("정말 슬프다", "--target", "kote/sadness", "--method", "saliency", "--unit", "output")
    assert "kote/슬픔" in korean.stdout
    assert "더해서 차이가 되는 값이 아니에요" in korean.stdout


def test_several_texts_are_averaged(tiny: str) -> None:
    done = run(
        TEXT, "--target", "vad/valence", "--option", "steps=2", "--json", "--model", tiny,
        "--baseline", "text:The table.", "--baseline", "text:A list of lines.",
    )  # fmt: skip
    assert json.loads(done.stdout)["key"]["baseline"] == "average:The table.\nA list of lines."
    both = run(TEXT, "--target", "vad/valence", "--model", tiny, "--baseline", "pad", "--baseline", "zero")
    assert (both.exit_code, "pad, zero choose one" in both.stderr) == (2, True)


def test_the_lead_of_an_option_over_another_is_explained(tiny: str) -> None:
    asked = ["Tell the manager.", "--context", "Two patients wait.", "--target", "option/score", "--model", tiny]
    asked += ["--against", "Stay silent.", "--option", "steps=4"]
    done = run(*asked)
    assert done.exit_code == 0
    assert all(word in done.stdout for word in ("Lead", "manager", "silent", "patients"))
    content = json.loads(run(*asked, "--json").stdout)
    assert content["first"]["key"]["text"] == "Tell the manager."
    assert content["second"]["key"]["text"] == "Stay silent."


def test_what_can_be_chosen_is_listed() -> None:
    targets = json.loads(run("--list", "targets", "--json").stdout)["targets"]
    by_name = {target["name"]: target for target in targets}
    assert by_name["emotion/sadness"]["trained"]
    assert not by_name["outcome/realistic"]["trained"]
    assert by_name["kote/슬픔"]["aliases"] == ["kote/sadness"]
    assert by_name["option/score"]["units"] == ["output"]
    assert "outcome/realistic  (untrained)" in run("--list", "targets").stdout
    methods = json.loads(run("--list", "methods", "--json").stdout)["methods"]
    assert methods[0]["name"] == "integrated_gradients"
    assert methods[0]["options"][0]["high"] == 1024
    assert "saliency" in run("--list", "methods").stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([TEXT], "A text and a --target are needed"),
        ([TEXT, "--target", "emotion/hunger"], "There is no target 'emotion/hunger'"),
        ([TEXT, "--target", "emotion/joy", "--option", "steps"], "'steps' is no option. Write name=value"),
        ([TEXT, "--target", "emotion/joy", "--option", "steps=many"], "Option steps of integrated_gradients is 'many'"),
        ([TEXT, "--target", "emotion/joy", "--option", "wide=1"], "has no option 'wide'"),
        ([TEXT, "--target", "emotion/joy", "--method", "saliency", "--against", "x"], "compared by option/score"),
        ([TEXT, "--target", "emotion/joy", "--model", "rules"], "there is none here"),
        ([" ", "--target", "emotion/joy"], "The text is empty"),
    ],
)
def test_a_refusal_is_a_message_and_exit_code_two(tiny: str, arguments: list[str], message: str) -> None:
    done = run("--model", tiny, "--lang", "en", *arguments)
    assert done.exit_code == 2
    assert message in done.stderr
    assert done.stdout == ""


def test_other_commands_do_not_wait_for_captum() -> None:
    code = "import sys, redheart_core.cli; sys.exit('captum' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_public_names_are_the_ones_that_the_command_uses() -> None:
    request = redheart_core.AttributionRequest(text=TEXT, target="emotion/joy", options={"steps": 2})
    found = redheart_core.attribute(request, redheart_core.load_model("compact", precision="fp32").reader)
    assert isinstance(found, redheart_core.Attribution)
    with pytest.raises(AttributeError, match="no attribute 'attrbute'"):
        _ = redheart_core.attrbute  # type: ignore[attr-defined]


def test_trust_adds_a_report_in_json_and_a_verdict_for_people(tiny: str) -> None:
    asked = (TEXT, "--target", "emotion/sadness", "--option", "steps=4", "--model", tiny)
    content = json.loads(run(*asked, "--trust", "full", "--json").stdout)
    assert set(content) == {*CONTRACT, "trust"}
    assert content["trust"]["verdict"] in {"good", "doubtful", "failed"}
    checks = {check["name"]: check for check in content["trust"]["checks"]}
    assert checks["randomisation"]["value"] is not None
    english = run(*asked, "--trust", "quick").stdout
    assert "  comprehensiveness " in english
    assert "random maps" in english
    assert "randomisation" not in english
    assert "높은 단어를 빼면" in run(*asked, "--trust", "quick", "--lang", "ko").stdout


def test_the_lead_of_an_option_is_checked_as_a_sum_and_as_two_maps(tiny: str) -> None:
    asked = (
        "Tell the truth.", "--target", "option/score", "--context", "I lied to my friend.", "--against", "Stay silent.",
        "--option", "steps=2", "--model", tiny,
    )  # fmt: skip
    trust = json.loads(run(*asked, "--trust", "quick", "--json").stdout)["trust"]
    assert set(trust) == {"verdict", "sum", "first", "second"}
    assert trust["sum"]["name"] == "completeness"
    told = run(*asked, "--trust", "quick").stdout
    assert "this option: " in told
    assert "the other option: " in told
    refused = run(*asked, "--trust", "full")
    assert refused.exit_code != 0
    assert "has quick checks only" in refused.stderr
