"""What pages ask the core, how it is remembered, and how problems are told."""

import threading
import time
from dataclasses import replace

import pytest

from redheart_core.errors import CheckpointError, DataError, InputError
from redheart_core.inference.engine import RedHeart
from redheart_core.inference.results import PassageAnalysis
from redheart_core.vocabulary.bentham import DEFAULT_CREDENCES, DEFAULT_VIEW_WEIGHTS
from tests.fakes import FakeReader, ward_dilemma
from workbench.ui.boundary import error_text
from workbench.ui.requests import DilemmaRequest, PassageRequest, normalised
from workbench.ui.resources import SharedModel, _analyze

DEFAULTS = (0.2, 0.6, 0.2)


def request() -> DilemmaRequest:
    return DilemmaRequest(
        dilemma=ward_dilemma(),
        profile="neutral",
        view_weights=tuple(DEFAULT_VIEW_WEIGHTS.values()),  # type: ignore[arg-type]
        credences=tuple(DEFAULT_CREDENCES.values()),  # type: ignore[arg-type]
    )


def test_untouched_weights_stay_exactly_the_defaults() -> None:
    assert normalised(DEFAULTS, DEFAULTS) == DEFAULTS
    assert request().views() is None
    assert request().lenses() is None


def test_weights_are_divided_by_their_sum() -> None:
    shares = normalised((1.0, 1.0, 0.5), DEFAULTS)
    assert shares == pytest.approx((0.4, 0.4, 0.2))
    assert sum(shares) == pytest.approx(1.0, abs=1e-12)


def test_weights_that_are_all_zero_are_refused_in_both_languages() -> None:
    with pytest.raises(InputError) as caught:
        normalised((0.0, 0.0, 0.0), DEFAULTS)
    assert "above 0" in caught.value.message("en")
    assert "0보다 크게" in caught.value.message("ko")


def test_requests_share_a_key_exactly_when_they_ask_the_same() -> None:
    assert request().key() == request().key()
    assert request().key() != replace(request(), profile="korean").key()
    swapped = replace(ward_dilemma(), options=ward_dilemma().options[::-1])
    assert request().key() != replace(request(), dilemma=swapped).key()
    assert PassageRequest(text="a", profile="b").key() != PassageRequest(text="ab", profile="").key()


def test_input_problems_are_told_as_they_stand_and_others_with_a_remedy() -> None:
    assert error_text(InputError(code="x", en="Too long.", ko="너무 길어요."), "ko") == "너무 길어요."
    told = error_text(CheckpointError("model.safetensors is truncated."), "ko")
    assert told.endswith("적어 둔 내용은 그대로 있어요.")
    assert "model.safetensors is truncated." in told
    assert "no rows" in error_text(DataError("no rows"), "en")


class _Jealous(RedHeart):
    """A model that notices when two callers are inside it at once."""

    inside = 0
    most = 0

    def analyze(self, text: str, *, language: str | None = None, profile: str = "neutral") -> PassageAnalysis:
        type(self).inside += 1
        type(self).most = max(self.most, self.inside)
        time.sleep(0.005)
        answer = super().analyze(text, language=language, profile=profile)
        type(self).inside -= 1
        return answer


def test_sessions_take_turns_with_the_one_model() -> None:
    shared = SharedModel(model=_Jealous(name="jealous", reader=FakeReader()))
    answers: dict[str, float] = {}

    def visit(number: int) -> None:
        asked = PassageRequest(text=f"I am sad, {number}.", profile="neutral")
        answers[asked.text] = _analyze(asked.key(), shared.sha256, "en", shared, asked).confidence.value

    threads = [threading.Thread(target=visit, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 8
    assert _Jealous.most == 1
