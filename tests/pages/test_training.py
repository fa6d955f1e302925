"""Training."""

import html
import re
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

import redheart_core
from redheart_core.runs import audit
from redheart_core.runs.audit import AuditEntry, Deed, Outcome, add_entry, read_tail
from redheart_core.runs.folder import ROOT_VARIABLE, RunFolder, new_run_id
from redheart_core.runs.handover import models_of
from redheart_core.runs.notes import read_notes
from redheart_core.runs.recorder import recording
from redheart_core.training.happenings import HAPPENINGS
from redheart_core.training.observer import Event
from tests.fakes import HOSTILE, fake_model
from tests.happenings import english_words, example
from tests.pages.conftest import OpenPage
from tests.pages.reading import lasting_figures, page_text, press, raw_html
from tests.recorded_trainings import recorded_training
from tests.unit.runs.recorded import new_run
from workbench.copy import LANGUAGES, UiLanguage, say
from workbench.ui.session import Key
from workbench.ui.widgets.training_run import LAYERS

NAMES = ("../../x", "<script>alert(1)</script>", "한국어 이름", "🌱🫀", "x" * 300, HOSTILE[:300])


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    return recorded_training(tmp_path_factory.mktemp("trained"), "a real one")


@pytest.fixture(autouse=True)
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(ROOT_VARIABLE, str(tmp_path / "runs"))
    return tmp_path / "runs"


def put(trained: RunFolder, root: Path) -> str:
    """Put a copy of a real run among the runs of the test, and return its identifier."""
    target = root / new_run_id()
    shutil.copytree(trained.path, target)
    return target.name


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_a_run_the_page_says_how_to_start_one(open_page: OpenPage, language: UiLanguage) -> None:
    app = open_page("training", language)
    assert not app.exception
    assert not app.error
    assert say("training.empty.title", language) in page_text(app)
    assert any("redheart train" in code.value for code in app.code)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_run_from_the_command_line_appears_and_opens(
    open_page: OpenPage, trained: RunFolder, root: Path, language: UiLanguage
) -> None:
    app = open_page("training", language)
    run_id = put(trained, root)
    app.run()
    assert not app.exception
    assert say("training.state.completed", language) in page_text(app)
    press(app, f"training.open.{run_id}")
    assert not app.exception
    assert app.query_params["run"] == run_id
    assert lasting_figures(app)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("layer", LAYERS)
def test_every_layer_of_a_real_run_opens(
    open_page: OpenPage, trained: RunFolder, root: Path, language: UiLanguage, layer: str
) -> None:
    app = open_page("training", language)
    app.session_state[Key.TRAINING_RUN] = put(trained, root)
    app.session_state[Key.RUN_LAYER] = layer
    app.run()
    assert not app.exception
    assert not app.error
    assert "a real one" in page_text(app)
    if layer in ("learning", "validation", "optimiser"):
        assert lasting_figures(app)
        assert all(figure["alt"] for figure in lasting_figures(app))


def test_no_event_is_told_in_english_on_a_korean_page(open_page: OpenPage, root: Path) -> None:
    names, shown = list(HAPPENINGS), 12
    app = open_page("training", "ko")
    for part in (names[:shown], names[shown:]):
        folder = new_run(root)
        with recording(folder) as recorder:
            for name in part:
                recorder.on_event(Event(step=1, what=example(name)))
        app.session_state[Key.TRAINING_RUN] = folder.run_id
        app.session_state[Key.RUN_LAYER] = "record"
        app.run()
        assert not app.exception
        (table,) = [body for body in raw_html(app) if say("run.column.detail", "ko") in body]
        rows = re.findall(r"<td[^>]*>([^<]*)</td></tr>", table)
        assert len(rows) == len(part)
        assert not [row for row in rows if english_words(html.unescape(row))]


def test_hostile_names_stay_text(open_page: OpenPage, root: Path) -> None:
    folders = [new_run(root, name) for name in NAMES]
    app = open_page("training", "en")
    for folder in folders:
        press(app, f"training.open.{folder.run_id}")
        assert not app.exception
        assert not app.error
        assert not any("<script>alert" in body or "<b>b</b>" in body for body in raw_html(app))
    assert sorted(path.name for path in root.parent.iterdir()) == ["runs"]


def test_who_did_what_is_text_and_what_cannot_be_read_is_counted(open_page: OpenPage, root: Path) -> None:
    signed_in = AuditEntry(
        at=datetime(2026, 11, 25, tzinfo=UTC), who=HOSTILE, deed=Deed.STOP, run_id="r", outcome=Outcome.DONE
    )
    add_entry(root, signed_in)
    with (root / audit.FILE_NAME).open("a") as file:
        file.write("no line of ours\n")
    app = open_page("training", "ko")
    app.session_state["training.audit"] = True
    app.run()
    assert not app.exception
    assert say("audit.unreadable", "ko", count="1") in page_text(app)
    assert say("audit.deed.stop", "ko") in page_text(app)
    assert not any("<script>alert" in body for body in raw_html(app))


def test_an_address_of_a_run_that_is_not_there_is_named(open_page: OpenPage, root: Path, trained: RunFolder) -> None:
    put(trained, root)
    app = open_page("training", "en")
    for wrong in ("../../etc", "20260101-000000-000000"):
        app.session_state[Key.TRAINING_RUN] = wrong
        app.run()
        assert not app.exception
        assert len(app.error) == 1
        app.run()
        assert not app.error


def test_a_note_and_tags_are_kept_and_too_many_are_refused(open_page: OpenPage, root: Path, trained: RunFolder) -> None:
    run_id = put(trained, root)
    app = open_page("training", "en")
    press(app, f"training.open.{run_id}")
    app.session_state["run.notes"] = True
    app.run()
    app.text_area(key=f"{Key.RUN_NOTE}.{run_id}").set_value("<b>promising</b>")
    app.text_input(key=f"{Key.RUN_TAGS}.{run_id}").set_value("good, 좋음, good, ")
    press(app, "run.notes.save")
    assert not app.exception
    kept = read_notes(RunFolder(path=root / run_id))
    assert (kept.note, kept.tags) == ("<b>promising</b>", ("good", "좋음"))
    assert any("&lt;b&gt;promising" in body for body in raw_html(app))
    app.text_input(key=f"{Key.RUN_TAGS}.{run_id}").set_value(",".join("abcdefghij"))
    press(app, "run.notes.save")
    assert "10 tags" in app.error[0].value
    assert read_notes(RunFolder(path=root / run_id)).tags == ("good", "좋음")
    assert [(entry.deed, entry.run_id, entry.outcome, entry.detail) for entry in read_tail(root).entries] == [
        (Deed.NOTE, run_id, Outcome.DONE, ""), (Deed.NOTE, run_id, Outcome.REFUSED, "too_many_tags"),
    ]  # fmt: skip


def test_a_damaged_record_never_hides_the_others(open_page: OpenPage, root: Path, trained: RunFolder) -> None:
    good, bad = put(trained, root), put(trained, root)
    (root / bad / "run.sqlite").write_bytes(b"no database")
    app = open_page("training", "en")
    text = page_text(app)
    assert say("training.state.unreadable", "en") in text
    press(app, f"training.open.{bad}")
    assert app.error
    press(app, f"training.open.{good}")
    assert not app.error


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_model_of_a_run_speaks_on_every_page_until_the_way_back_is_taken(
    open_page: OpenPage, trained: RunFolder, root: Path, monkeypatch: pytest.MonkeyPatch, language: UiLanguage
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(redheart_core, "load_model", lambda name, **_: (asked.append(name), fake_model())[1])
    run_id = put(trained, root)
    app = open_page("training", language)
    app.session_state[Key.TRAINING_RUN] = run_id
    app.session_state[Key.RUN_LAYER] = "model"
    app.run()
    (name,) = (model.name for model in models_of(RunFolder(path=root / run_id)))
    press(app, f"run.models.use.{name}")
    banner = say("frame.checkpoint.run", language, run=run_id, model=name)
    for page in ("model", "dilemma", "home"):
        app.switch_page(f"pages/{page}.py").run()
        assert not app.exception
        assert banner in page_text(app)
    assert asked == ["compact", str(root / run_id / "kept" / name)]
    press(app, "checkpoint.back")
    assert banner not in page_text(app)
    assert say("frame.checkpoint.served", language, name="compact") in page_text(app)
    app.session_state["training.audit"] = True
    app.switch_page("pages/training.py").run()
    table = page_text(app)[page_text(app).index(say("audit.text", language)) :]
    for deed in ("use_model", "use_served"):
        assert say(f"audit.deed.{deed}", language) in table
    assert table.count(run_id) == 2
    assert table.count(name) == 2


def test_a_model_that_is_gone_says_so_and_leaves_the_way_back(
    open_page: OpenPage, trained: RunFolder, root: Path
) -> None:
    run_id = put(trained, root)
    app = open_page("training", "en")
    app.session_state[Key.TRAINING_RUN] = run_id
    app.session_state[Key.RUN_LAYER] = "model"
    app.run()
    (name,) = (model.name for model in models_of(RunFolder(path=root / run_id)))
    press(app, f"run.models.use.{name}")
    shutil.rmtree(root / run_id)
    app.switch_page("pages/model.py").run()
    assert not app.exception
    assert say("frame.checkpoint.gone", "en", run=run_id, model=name) in page_text(app)
    press(app, "checkpoint.back")
    assert not app.error
