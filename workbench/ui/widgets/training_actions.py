"""The bar of what can be done with a run: stop in stages, resume, start again, delete after a second look."""

from __future__ import annotations

import math
import time
from dataclasses import replace
from functools import partial

import streamlit as st

from redheart_core.runs.audit import Deed, Outcome
from redheart_core.runs.deleting import delete_run, plan_deletion
from redheart_core.runs.facts import Shown
from redheart_core.runs.folder import RunFolder, new_run_id
from redheart_core.runs.launched import ahead_of
from redheart_core.runs.launching import Launched, resume_detached, retry_run
from redheart_core.runs.log_tail import last_lines
from redheart_core.runs.reader import RunReader, Status
from redheart_core.runs.stopping import Stage
from workbench.copy import UiLanguage, say
from workbench.ui import prose, session
from workbench.ui.access import require_operator
from workbench.ui.audit import then, written_down
from workbench.ui.boundary import boundary
from workbench.ui.literal import markdown_literal
from workbench.ui.session import Key
from workbench.ui.stops import LAST, stops
from workbench.views.run_actions import (
    Action,
    action_label,
    actions_for,
    ending_text,
    may_lack_memory,
    waiting_text,
)
from workbench.views.sizes import size_text

LOOK_EVERY_S = 1.0
NOTICE_S = 12.0


def draw_actions(run: RunFolder, language: UiLanguage) -> None:
    """Draw what can be done with a run, and what is being done with it. Looks again by itself while it lives.

    A run that is started again is put into the session as the one to show (``Key.TRAINING_RUN``), one that was deleted
    is taken out; the page is then drawn anew.
    """
    status = _status(run)
    is_moving = status.is_living or stops().is_going(run.run_id)
    st.fragment(_draw, run_every=LOOK_EVERY_S if is_moving else None)(run, language, status.shown)


def note_done(text: str) -> None:
    """Remember what was done a moment ago, to be told while it is new."""
    session.put(Key.TRAINING_NOTICE, (text, time.monotonic()))


def note_launched(launched: Launched, language: UiLanguage) -> None:
    """Make a run that was asked for the one to show, and say whether it is new."""
    session.put(Key.TRAINING_RUN, launched.folder.run_id)
    note_done(say(f"actions.{'started' if launched.is_new else 'there'}", language))


def outcome_of(launched: Launched) -> Outcome:
    """Return what came of asking for a run."""
    return Outcome.DONE if launched.is_new else Outcome.ALREADY


def _draw(run: RunFolder, language: UiLanguage, drawn_as: Shown) -> None:
    with boundary(language):
        status = _status(run)
        _draw_state(run, status, language)
        _draw_buttons(run, status, language)
        _draw_stages(run, language)
        if session.get(Key.TRAINING_DELETING) == run.run_id and not status.is_living:
            _draw_deletion(run, language)
    if status.shown is not drawn_as and not stops().is_going(run.run_id):
        st.rerun()  # what stands around this bar has changed too


def _draw_state(run: RunFolder, status: Status, language: UiLanguage) -> None:
    if (waits := waiting_text(status, ahead_of(run), language)) is not None:
        prose.paragraph(waits)
    if status.shown is Shown.SILENT and status.attempt is not None:
        silent_s = max(time.time() - status.attempt.heartbeat_s, 0.0)
        prose.paragraph(say("actions.silent", language, seconds=f"{silent_s:.0f}"), kind="notice")
    if (ending := ending_text(status, language)) is not None:
        prose.paragraph(ending, kind="notice")
        if may_lack_memory(status):
            prose.paragraph(say("actions.out_of_memory", language), kind="quiet")
        lines = last_lines(run).text.strip()
        prose.paragraph(say("actions.log" if lines else "actions.log_empty", language), kind="quiet")
        if lines:
            st.code(lines, language=None, height=220)


def _draw_buttons(run: RunFolder, status: Status, language: UiLanguage) -> None:
    is_stopping = stops().is_going(run.run_id)
    with st.container(horizontal=True, gap="small", key="training_actions"):
        for action in actions_for(status):
            st.button(
                action_label(action, status, language),
                key=f"training.{action.value}",
                help=None if action is Action.DELETE else say(f"actions.{action.value}_help", language),
                disabled=is_stopping,
                on_click=_act,
                args=(action, run, language),
            )


def _act(action: Action, run: RunFolder, language: UiLanguage) -> None:
    """Do what a button says, after asking again whether this visitor may."""
    with boundary(language):
        if action is Action.DELETE:
            require_operator()
            session.put(Key.TRAINING_DELETING, run.run_id)
            return
        with written_down(Deed(action.value), run.run_id) as deed:
            require_operator()
            if action is Action.STOP:
                is_new = stops().begin(run, then=partial(then, replace(deed)))
                deed.outcome = Outcome.ASKED if is_new else Outcome.ALREADY
                return
            root = run.path.parent
            resumes = action is Action.RESUME
            launched = (
                resume_detached(root, run.run_id) if resumes else retry_run(root, run.run_id, new_id=new_run_id())
            )
            deed.outcome = outcome_of(launched)
            deed.detail = "" if resumes else launched.folder.run_id
        note_launched(launched, language)


def _draw_stages(run: RunFolder, language: UiLanguage) -> None:
    stages = stops().stages(run.run_id)
    if not stages:
        return
    last = stages[-1].stage
    key = "still" if last is Stage.STILL_THERE else "done" if last in LAST else "title"
    with st.container(border=True, key="training_stages"):
        prose.titled(say(f"actions.stage.{key}", language), "")
        prose.bullets(
            f"{time.strftime('%H:%M:%S', time.localtime(stage.at_s))}  "
            f"{say(f'actions.stage.{stage.stage.value}', language)}"
            for stage in stages
        )
        if stops().is_going(run.run_id) and stages[-1].waits_s:
            left_s = max(stages[-1].at_s + stages[-1].waits_s - time.time(), 0.0)
            prose.paragraph(say("actions.stage.next", language, seconds=f"{math.ceil(left_s)}"), kind="quiet")


def _draw_deletion(run: RunFolder, language: UiLanguage) -> None:
    planned = plan_deletion(run.path.parent, run.run_id)
    with st.container(border=True, key="training_deletion"):
        prose.titled(
            say("actions.delete_title", language),
            say(
                "actions.delete_text",
                language,
                name=_name(run),
                files=str(planned.num_files),
                size=size_text(planned.size_bytes),
            ),
        )
        if planned.model_elsewhere is not None:
            prose.paragraph(say("actions.delete_elsewhere", language, path=planned.model_elsewhere), kind="quiet")
        with st.container(horizontal=True, gap="small"):
            st.button(say("actions.delete_keep", language), key="training.keep", on_click=_keep)
            st.button(
                say("actions.delete_confirm", language),
                key="training.delete_for_good",
                on_click=_delete,
                args=(run, planned.token, language),
            )


def _keep() -> None:
    session.put(Key.TRAINING_DELETING, None)


def _delete(run: RunFolder, token: str, language: UiLanguage) -> None:
    with boundary(language):
        name = _name(run)
        with written_down(Deed.DELETE, run.run_id):
            require_operator()
            delete_run(run.path.parent, run.run_id, token)
        session.put(Key.TRAINING_DELETING, None)
        session.put(Key.TRAINING_RUN, None)
        note_done(say("actions.deleted", language, name=name))


def draw_notice() -> None:
    """Say what was done a moment ago."""
    text, done_s = session.get(Key.TRAINING_NOTICE) or ("", 0.0)
    if text and time.monotonic() - done_s < NOTICE_S:
        st.success(markdown_literal(text))


def _status(run: RunFolder) -> Status:
    with RunReader(run) as reader:
        return reader.status()


def _name(run: RunFolder) -> str:
    with RunReader(run) as reader:
        return reader.facts().name
