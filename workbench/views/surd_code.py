"""A decomposition as code that repeats it: a line for the shell, a few lines of Python. Every name is quoted."""

from __future__ import annotations

import json
import shlex

from redheart_core.explain.surd.populations.stored import SHIPPED
from redheart_core.vocabulary.dilemma import Dilemma
from workbench.views.surd_request import (
    EnsembleChoice,
    PopulationChoice,
    RunChoice,
    ScoredChoice,
    StudyChoice,
    SurdRequest,
    TableChoice,
)

OWN_DILEMMA = "dilemma.json"
"""What a dilemma of one's own is called in the command; its file is offered beside it."""

_QUESTION = """\
question = Question(
    target={target!r},
    sources={sources!r},
    coding=Coding(bins={bins!r}, method=BinKind({method!r}), categorical={categorical!r}, lags={lags!r}),
    max_order={max_order!r},
)
settings = ReportSettings(num_bootstrap={num_bootstrap!r}, num_surrogates={num_surrogates!r}, seed={seed!r})
report = answer(population, question, settings=settings).report
for term in report.terms:
    print(f"{{term.plug_in:.6f}} {{term.kind.value}} {{term.key}}")
"""
_IMPORTS = """\
from redheart_core.explain.surd import BinKind, Coding, ReportSettings
from redheart_core.explain.surd.populations import Question, answer
"""
_STUDY = """\
from redheart_core.explain.surd.populations.stored import load_population, shipped_path

population = load_population(shipped_path())
"""
_TABLE = """\
from pathlib import Path

from redheart_core.explain.surd.populations.table import table_population

path = Path({file_name!r})
population = table_population(path.read_bytes(), file_name=path.name, units={units!r}, is_ordered={is_ordered!r})
"""
_SCORED = """\
from pathlib import Path

from redheart_core import load_model
from redheart_core.data.own import Kind, read_own
from redheart_core.explain.surd.populations.scored import scored_population

dataset = read_own(Path({file_name!r}), Kind({says!r}))
population = scored_population(dataset, load_model({checkpoint!r}), wanted={wanted!r}, seed={seed!r})
"""
_ENSEMBLE = """\
from redheart_core import load_model
from redheart_core.explain.surd.ensemble import Design, Subject, Varied, ensemble_population, run_ensemble
from redheart_core.vocabulary.dilemma import Party

subject = {subject!r}
design = Design(
    varied=Varied({varied!r}),
    num_cases={num_cases!r},
    num_parts={num_parts!r},
    num_alterations={num_alterations!r},
    seed={seed!r},
)
model = load_model({checkpoint!r})
ensemble = run_ensemble(subject, design, reader=model.reader)
population = ensemble_population(ensemble, model=model.name, checkpoint_sha256=model.checkpoint_sha256)
"""
_RUN = """\
from redheart_core.runs.catalogue import find_run
from redheart_core.runs.folder import runs_root
from redheart_core.runs.population import run_population
from redheart_core.runs.reader import RunReader

with RunReader(find_run(runs_root(), {run_id!r})) as reader:
    population = run_population(reader)
"""


def shell_command(request: SurdRequest, checkpoint: str, *, leaves_out: bool) -> str:
    """Return the command whose output is byte for byte the JSON of the page.

    Args:
        request: What was asked.
        checkpoint: Name or folder of the weights.
        leaves_out: Whether rows of a table lack a value.
    """
    words = ["redheart", "surd", *_population_words(request.population, checkpoint)]
    words += ["--target", request.target, "--sources", *request.sources]
    words += ["--bins", str(request.bins)] if request.bins else []
    words += ["--method", request.method.value]
    words += ["--categorical", *request.categorical] if request.categorical else []
    words += ["--max-order", str(request.max_order)] if request.max_order else []
    words += ["--lags", *(str(lag) for lag in request.lags)] if request.lags else []
    if isinstance(request.population, TableChoice):
        words += [*(["--leave-out-missing"] if leaves_out else []), "--statistics"]
    words += ["--seed", str(request.seed), "--bootstrap", str(request.num_bootstrap)]
    words += ["--surrogates", str(request.num_surrogates)] if request.num_surrogates else []
    return shlex.join([*words, "--json"])


def python_code(request: SurdRequest, checkpoint: str) -> str:
    """Return Python that makes the same decomposition and prints its parts; arguments as for ``shell_command``."""
    question = _QUESTION.format(
        target=request.target, sources=request.sources, bins=request.bins, method=request.method.value,
        categorical=request.categorical, lags=request.lags or None, max_order=request.max_order,
        num_bootstrap=request.num_bootstrap, num_surrogates=request.num_surrogates, seed=request.seed,
    )  # fmt: skip
    return f"{_IMPORTS}{_population_code(request.population, checkpoint)}\n{question}"


def dilemma_json(dilemma: Dilemma) -> str:
    """Return a dilemma as the file that the command reads."""
    parties = [{"name": one.name, "count": one.count, "vulnerability": one.vulnerability} for one in dilemma.parties]
    content = {
        "situation": dilemma.situation,
        "options": [option.name for option in dilemma.options],
        "parties": parties,
    }
    return json.dumps(content, ensure_ascii=False, indent=2)


def _population_words(choice: PopulationChoice, checkpoint: str) -> list[str]:
    match choice:
        case StudyChoice():
            return ["--stored", SHIPPED]
        case TableChoice():
            return ["--csv", choice.file_name, *(["--units", choice.units] if choice.units else [])]
        case ScoredChoice():
            words = ["--own", choice.file_name, "--kind", choice.says.value, "--cases", str(choice.wanted)]
            return [*words, "--model", checkpoint]
        case RunChoice():
            return ["--run", choice.run_id]
        case EnsembleChoice():
            design = choice.design
            words = ["--dilemma", choice.preset or OWN_DILEMMA, "--option", str(choice.place + 1)]
            words += ["--vary", design.varied.value, "--cases", str(design.num_cases), "--parts", str(design.num_parts)]
            return [*words, "--alterations", str(design.num_alterations), "--model", checkpoint]


def _population_code(choice: PopulationChoice, checkpoint: str) -> str:
    match choice:
        case StudyChoice():
            return _STUDY
        case TableChoice():
            return _TABLE.format(file_name=choice.file_name, units=choice.units, is_ordered=choice.is_ordered)
        case ScoredChoice():
            return _SCORED.format(
                file_name=choice.file_name, says=choice.says.value, checkpoint=checkpoint, wanted=choice.wanted,
                seed=choice.seed,
            )  # fmt: skip
        case RunChoice():
            return _RUN.format(run_id=choice.run_id)
        case EnsembleChoice():
            design = choice.design
            return _ENSEMBLE.format(
                subject=choice.subject, varied=design.varied.value, num_cases=design.num_cases,
                num_parts=design.num_parts, num_alterations=design.num_alterations, seed=design.seed,
                checkpoint=checkpoint,
            )  # fmt: skip
