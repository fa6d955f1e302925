"""Comparing runs, and what many trainings say together."""

import io
import json
import shutil
import zipfile
from html import escape
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from redheart_core.measurements import load_measurement, recorded
from redheart_core.runs.axes import Axis
from redheart_core.runs.folder import ROOT_VARIABLE, RunFolder
from redheart_core.runs.notes import RunNotes, read_notes, write_notes
from redheart_core.runs.series import LOSS
from redheart_core.runs.watching import RunWatch
from tests.pages.conftest import OpenPage
from tests.pages.reading import lasting_figures, page_text, raw_html
from tests.recorded_trainings import recorded_training
from workbench.copy import LANGUAGES, UiLanguage, say
from workbench.reports.run_comparison import ComparedRun, comparison_zip
from workbench.ui.session import Key

HOSTILE_NAME = "<script>alert(1)</script> **b**"


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> tuple[RunFolder, RunFolder]:
    root = tmp_path_factory.mktemp("two")
    return recorded_training(root, "slow", rate=1e-3), recorded_training(root, HOSTILE_NAME, rate=1e-2)


@pytest.fixture(autouse=True)
def root(two: tuple[RunFolder, RunFolder], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(two[0].path.parent, tmp_path / "runs")
    monkeypatch.setenv(ROOT_VARIABLE, str(tmp_path / "runs"))
    return tmp_path / "runs"


def opened(open_page: OpenPage, layer: str, language: UiLanguage) -> AppTest:
    app = open_page("training", language)
    app.session_state[Key.TRAINING_LAYER] = layer
    return app.run()


@pytest.mark.parametrize("language", LANGUAGES)
def test_two_runs_stand_side_by_side_with_intervals_that_are_explained(
    open_page: OpenPage, language: UiLanguage
) -> None:
    app = opened(open_page, "compare", language)
    assert not app.exception
    assert not app.error
    text = page_text(app)
    assert "learning_rate" in text
    assert "0.01" in text
    assert say("comparison.heading.intervals", language) in text
    figure = json.loads(lasting_figures(app)[0]["figure"])
    named = {trace["name"] for trace in figure["data"] if trace.get("showlegend")}
    assert len(named) == 2
    assert not any("<script>alert" in body for body in raw_html(app))
    assert "<script>" not in json.dumps(figure)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_whole_comparison_is_one_file_of_the_same_bytes_in_which_names_stay_text(
    root: Path, two: tuple[RunFolder, RunFolder], language: UiLanguage
) -> None:
    write_notes(RunFolder(path=root / two[0].run_id), RunNotes(note="=1+1 <b>한글</b>\u202e", tags=("../x", "🌱")))
    folders = [RunFolder(path=root / run.run_id) for run in two]
    runs = [ComparedRun(look=RunWatch(folder).look(), notes=read_notes(folder)) for folder in folders]
    packed = comparison_zip(runs, [LOSS], Axis.STEP, language)
    assert packed == comparison_zip(runs, [LOSS], Axis.STEP, language)
    with zipfile.ZipFile(io.BytesIO(packed)) as opened_zip:
        files = {name: opened_zip.read(name).decode() for name in opened_zip.namelist()}
    assert set(files) == {
        "best-validation.csv", "comparison.json", "curves.csv", "figure-1.svg", "index.html", "runs.csv",
        "settings.csv",
    }  # fmt: skip
    page = files["index.html"]
    assert "<script" not in page
    assert "<b>" not in page
    assert "\u202e" not in page
    assert files["figure-1.svg"].count("<polyline") == 2
    assert all(
        escape(word) in page
        for word in ("=1+1 <b>한글</b>", "../x", "🌱", say("comparison.heading.intervals", language))
    )
    assert "learning_rate" in page
    content = json.loads(files["comparison.json"])
    assert [run["name"] for run in content["runs"]] == ["slow", HOSTILE_NAME]
    assert content["runs"][0]["tags"] == ["../x", "🌱"]
    assert content["tables"]["settings"]
    assert {"A slow", say("run.loss.total", language)} <= {cell for row in content["curves"] for cell in row.values()}
    assert '"=1+1' not in files["runs.csv"]


@pytest.mark.parametrize("axis", ["epoch", "time"])
def test_curves_can_run_over_epochs_or_minutes(open_page: OpenPage, axis: str) -> None:
    app = opened(open_page, "compare", "en")
    app.selectbox(key=Key.COMPARED_AXIS).set_value(axis).run()
    assert not app.exception
    figure = json.loads(lasting_figures(app)[0]["figure"])
    assert figure["layout"]["xaxis"]["title"]["text"] == say(f"comparison.axis.{axis}", "en")
    last = max(max(trace["x"]) for trace in figure["data"] if trace.get("showlegend"))
    assert 0 < last < 24


def test_one_run_alone_is_not_compared(open_page: OpenPage, two: tuple[RunFolder, RunFolder]) -> None:
    app = opened(open_page, "compare", "en")
    app.multiselect(key=Key.COMPARED_RUNS).set_value([two[0].run_id]).run()
    assert say("comparison.too_few", "en") in page_text(app)
    assert not lasting_figures(app)


def test_a_run_that_was_deleted_leaves_the_comparison(
    open_page: OpenPage, root: Path, two: tuple[RunFolder, RunFolder]
) -> None:
    app = opened(open_page, "compare", "en")
    shutil.rmtree(root / two[0].run_id)
    app.run()
    assert not app.exception
    assert not app.error
    assert say("comparison.too_few", "en") in page_text(app)


@pytest.mark.parametrize("language", LANGUAGES)
def test_rates_of_runs_and_the_recorded_ablation_are_drawn(open_page: OpenPage, language: UiLanguage) -> None:
    app = opened(open_page, "studies", language)
    assert not app.exception
    assert not app.error
    assert (len(lasting_figures(app)), len(app.get("plotly_chart"))) == (1, 1)
    assert say("ablation.recorded", language) in page_text(app)


def test_a_sweep_and_an_ablation_of_ones_own_are_drawn(open_page: OpenPage) -> None:
    trials = [{"rate": rate, "seed": 0, "loss": loss} for rate, loss in ((1e-4, 0.9), (1e-3, 0.5), (1e-2, None))]
    repeated = [
        {"rate": rate, "seed": seed, "loss": loss + seed / 100}
        for rate, loss in ((1e-4, 0.9), (1e-3, 0.5), (1e-2, 0.8))
        for seed in (1, 2)
    ]
    app = opened(open_page, "studies", "en")
    sweep, ablation = (app.file_uploader(key=f"{Key.STUDY_FILE}.{name}") for name in ("sweep", "ablation"))
    sweep.upload("sweep.json", json.dumps({"coarse": trials, "fine": [], "repeated": repeated}).encode(), "text/json")
    assert load_measurement("ablation_compact") is not None
    ablation.upload("own.json", (recorded._FOLDER / "ablation_compact.json").read_bytes(), "text/json")
    app.run()
    assert not app.exception
    assert not app.error
    assert (len(lasting_figures(app)), len(app.get("plotly_chart"))) == (2, 2)


def test_other_files_are_refused_with_the_remedy(open_page: OpenPage) -> None:
    app = opened(open_page, "studies", "en")
    app.file_uploader(key=f"{Key.STUDY_FILE}.sweep").upload("sweep.json", b'{"coarse": "<script>"}', "text/json")
    app.file_uploader(key=f"{Key.STUDY_FILE}.ablation").upload("own.json", b"[]", "text/json")
    app.run()
    assert not app.exception
    assert len(app.error) == 2
