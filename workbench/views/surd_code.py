"""A decomposition as code that repeats it: a line for the shell, a few lines of Python. Every name is quoted."""

from __future__ import annotations

import shlex

from redheart_core.explain.surd import ReportSettings
from redheart_core.explain.surd.populations import Population, Question

_PYTHON = """\
from pathlib import Path

from redheart_core.explain.surd import BinKind, Coding, ReportSettings
from redheart_core.explain.surd.populations import Question, answer
from redheart_core.explain.surd.populations.table import table_population

path = Path({file_name!r})
population = table_population(path.read_bytes(), file_name=path.name, units={units!r}, is_ordered={is_ordered!r})
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


def shell_command(
    population: Population, question: Question, settings: ReportSettings, units: str | None, *, leaves_out: bool
) -> str:
    """Return the command whose ``--json`` prints the same bytes as the download.

    Args:
        population: A table of one's own; its file is named as it was given.
        question: What was asked.
        settings: How many random populations were drawn.
        units: Column of independent units.
        leaves_out: Whether rows lack a value.
    """
    coding = question.coding
    words = ["redheart", "surd", "--csv", population.provenance.dataset, "--target", question.target]
    words += ["--sources", *question.sources]
    words += ["--bins", str(coding.bins)] if coding.bins else []
    words += ["--method", coding.method.value]
    words += ["--categorical", *coding.categorical] if coding.categorical else []
    words += ["--units", units] if units else []
    words += ["--leave-out-missing"] if leaves_out else []
    words += ["--max-order", str(question.max_order)] if question.max_order else []
    words += ["--lags", *(str(lag) for lag in coding.lags)] if coding.lags else []
    words += ["--statistics", "--seed", str(settings.seed), "--bootstrap", str(settings.num_bootstrap)]
    words += ["--surrogates", str(settings.num_surrogates)] if settings.num_surrogates else []
    return shlex.join([*words, "--json"])


def python_code(population: Population, question: Question, settings: ReportSettings, units: str | None) -> str:
    """Return Python that makes the same decomposition and prints its parts; arguments as for ``shell_command``."""
    coding = question.coding
    return _PYTHON.format(
        file_name=population.provenance.dataset, units=units, is_ordered=population.is_ordered,
        target=question.target, sources=question.sources, bins=coding.bins, method=coding.method.value,
        categorical=tuple(coding.categorical), lags=coding.lags, max_order=question.max_order,
        num_bootstrap=settings.num_bootstrap, num_surrogates=settings.num_surrogates, seed=settings.seed,
    )  # fmt: skip
