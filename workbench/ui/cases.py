"""Cached access to labelled cases beside a text: those that it is most like, and those whose learning would move it.

Cases come from a visitor's own file, or from the data sets on the machine that serves the app; a store of many more can
be named there as well. Nothing that a visitor types or uploads names a path.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from redheart_core.data.chunks.cases import Case
from redheart_core.data.chunks.metadata import read_metadata
from redheart_core.data.chunks.store import ChunkStore
from redheart_core.data.inventory import READERS
from redheart_core.data.rows import JudgedRow
from redheart_core.errors import DataError, InputError, RedHeartError
from redheart_core.explain.attribution.result import AttributionKey
from redheart_core.explain.attribution.targets import target_named
from redheart_core.explain.attribution.targets.target import OutputTarget
from redheart_core.explain.cases.influence import Influences, influential_cases
from redheart_core.explain.cases.labelled import cases_of, check_cases, dataset_of
from redheart_core.explain.cases.nearest import SimilarCases, similar_among, similar_cases
from redheart_core.inference.embedding import PassageEncoder, encoder_identity, open_encoder
from redheart_core.inference.passage import speaks_of_self_harm
from redheart_core.inference.shipped import checkpoint_folder
from redheart_core.runtime.precision import Precision
from redheart_core.text.extract import extract_features
from redheart_core.vocabulary.dilemma import clean_passage
from workbench.copy import UiLanguage, say
from workbench.ui.checkpoint_choice import checkpoint_in_use
from workbench.ui.explanations import leased_reader
from workbench.ui.kept import Kept
from workbench.ui.progress import Report, parts_of
from workbench.views.cases import LEAST_CASES, MOST_CASES, LabelledCases

DATA = os.environ.get("REDHEART_DATA") or None
"""Folder of the data sets on this machine, or None. Set by whoever serves the app, never by a page."""
CHUNKS = os.environ.get("REDHEART_CHUNKS") or None
"""Store of cases for the nearest ones, or None. Set by whoever serves the app, never by a page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundCases:
    """What was found among labelled cases."""

    influences: Influences
    similar: SimilarCases


@st.cache_resource(max_entries=1, show_spinner=False)
def _kept_found() -> Kept[FoundCases]:
    return Kept(16)


@st.cache_resource(max_entries=1, show_spinner=False)
def _kept_data() -> Kept[LabelledCases]:
    return Kept(8)


def output_of(key: AttributionKey, language: UiLanguage) -> OutputTarget | None:
    """Return the single output that a key explains; None for a difference, or for the score of an option.

    Raises:
        RedHeartError: The checkpoint cannot be used.
    """
    if key.case is not None:
        return None
    target = target_named(leased_reader(language).checkpoint.manifest, key.target, untrained=True)
    return target if isinstance(target, OutputTarget) else None


def dataset_here(target: OutputTarget) -> str | None:
    """Return the name of a data set about an output that can be read on this machine, if there is one."""
    name = dataset_of(target)
    if DATA is None or name is None:
        return None
    try:
        dataset_cases(target)
    except DataError:
        return None  # the page says how to get it
    return name


def dataset_cases(target: OutputTarget) -> LabelledCases:
    """Return cases of the data set about an output, spread evenly over it.

    Raises:
        DataError: It is not on this machine, or damaged.
    """
    name = dataset_of(target)
    if DATA is None or name is None:
        raise DataError("There is no data set about this output on this machine. Give a file of your own.")
    folder = Path(DATA)

    def read() -> LabelledCases:
        cases = tuple(cases_of(READERS[name](folder), target))
        return _usable(name, cases, num_bad=0, first_bad="")

    return _kept_data().get((name, target.name), read)


def uploaded_cases(name: str, content: bytes, target: OutputTarget) -> LabelledCases:
    """Return the cases of a visitor's own file.

    Raises:
        InputError: There are too few, or training would refuse the file.
        DataError: It cannot be read at all.
    """
    asked = (name, hashlib.sha256(content).hexdigest(), target.name)
    return _kept_data().get(asked, lambda: _read_upload(name, content, target))


def _read_upload(name: str, content: bytes, target: OutputTarget) -> LabelledCases:
    check = check_cases(name, content, target)
    problems = check.dataset.problems
    first = f"{problems[0].row}: {problems[0].why}" if problems else ""
    if check.refusal and not check.dataset.rows:
        raise _refused("cases.input.no_rows", first=first or check.refusal)
    cases = _usable("file", tuple(cases_of(check.dataset, target)), num_bad=len(problems), first_bad=first)
    if len(cases.rows) < LEAST_CASES:
        raise _refused("cases.input.too_few", count=str(len(cases.rows)), least=str(LEAST_CASES))
    if len({row.label for row in cases.rows}) < 2:
        raise _refused("cases.input.constant", count=str(len(cases.rows)))
    return cases


def found_cases(key: AttributionKey, cases: LabelledCases, language: UiLanguage, report: Report) -> FoundCases:
    """Return the cases that would move the output at a text most, and those that it is most like.

    Raises:
        RedHeartError: The checkpoint cannot be used, or the key explains no single output.
    """
    target = output_of(key, language)
    assert target is not None, "a page offers cases for single outputs only"
    return _kept_found().get((key, cases), lambda: _found(key, target, cases, language, report))


def store_here() -> Path | None:
    """Return the folder of the store of cases, if one was named and is there."""
    return Path(CHUNKS) if CHUNKS and Path(CHUNKS).is_dir() else None


def stored_cases(key: AttributionKey, language: UiLanguage) -> SimilarCases:
    """Return the stored cases most like a text.

    Raises:
        DataError: The store is damaged, or another encoder made it.
        CheckpointError: The weights that made it cannot be loaded.
    """
    encoder, store = _store(str(store_here()), checkpoint_in_use())
    with st.spinner(say("cases.store.task", language)):
        return similar_cases(store, encoder, text=key.text, context=key.context)


@st.cache_resource(max_entries=1, show_spinner=False)
def _store(folder: str, checkpoint: str) -> tuple[PassageEncoder, ChunkStore]:
    precision = read_metadata(Path(folder)).encoder.precision
    encoder = open_encoder(checkpoint, precision=precision)
    return encoder, ChunkStore(Path(folder), encoder=encoder.identity)


def _found(
    key: AttributionKey, target: OutputTarget, cases: LabelledCases, language: UiLanguage, report: Report
) -> FoundCases:
    reader = leased_reader(language)
    first, second = parts_of(report, [len(cases.rows), len(cases.rows)])
    identity = encoder_identity(checkpoint_folder(checkpoint_in_use()), precision=Precision.FP32)
    encoder = PassageEncoder(reader.checkpoint, identity)
    report(0, 2 * len(cases.rows))
    with reader.held():
        influences = influential_cases(
            reader.checkpoint, target, cases.rows, text=key.text, context=key.context, report=first
        )
        similar = similar_among(
            [_as_case(place, row) for place, row in enumerate(cases.rows)], encoder, text=key.text,
            context=key.context, report=second,
        )  # fmt: skip
    return FoundCases(influences=influences, similar=similar)


def _as_case(place: int, row: JudgedRow) -> Case:
    return Case(id=str(place), text=row.text, label="yes" if row.label else "no")


def _usable(source: str, rows: tuple[JudgedRow, ...], *, num_bad: int, first_bad: str) -> LabelledCases:
    """Keep at most ``MOST_CASES`` rows, spread evenly, and none that cannot be read or speaks of self-harm."""
    count = min(len(rows), MOST_CASES)
    spread = [rows[place * len(rows) // count] for place in range(count)]
    kept = tuple(row for row in map(_cleaned, spread) if row is not None)
    return LabelledCases(
        source=source, rows=kept, num_given=len(rows), num_bad=num_bad, first_bad=first_bad,
        num_left_out=count - len(kept),
    )  # fmt: skip


def _cleaned(row: JudgedRow) -> JudgedRow | None:
    try:
        text = clean_passage(row.text, what_en="text", what_ko="글")
        context = clean_passage(row.context, what_en="context", what_ko="맥락") if row.context.strip() else ""
    except InputError:
        return None
    if speaks_of_self_harm(extract_features(text), extract_features(context)):
        return None
    return JudgedRow(text=text, context=context, label=row.label, group=row.group)


def _refused(key: str, **values: str) -> RedHeartError:
    return InputError(code=key, en=say(key, "en", **values), ko=say(key, "ko", **values))
