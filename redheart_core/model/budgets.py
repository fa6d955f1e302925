"""What each preset should weigh, row by row: the tables of the founding documents (``docs/decisions.md``).

Components name modules of the built model by their path, so that a row is counted, never typed in.
"""

from __future__ import annotations

from dataclasses import dataclass

MILLION = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetRow:
    """One line of a parameter table."""

    name: str
    components: tuple[str, ...]
    """Paths of the modules that the line counts, as ``RedHeartModel.get_submodule`` takes them."""
    millions: float | None = None
    """What the documents say; absent where they say nothing."""
    parts: tuple[BudgetRow, ...] = ()

    @property
    def parameters(self) -> int | None:
        """The budget in parameters."""
        return None if self.millions is None else round(self.millions * MILLION)


def budget_table(preset: str) -> tuple[BudgetRow, ...]:
    """Return the table of a preset; the usual rows without budgets where the documents give none."""
    return _TABLES.get(preset, _USUAL)


def _row(name: str, *components: str, millions: float | None = None, parts: tuple[BudgetRow, ...] = ()) -> BudgetRow:
    return BudgetRow(name=name, components=components, millions=millions, parts=parts)


def _backbone(
    total: float | None = None,
    *,
    embedding: float | None = None,
    encoder: float | None = None,
    projection: float | None = None,
    conditioning: float | None = None,
) -> BudgetRow:
    parts = (
        _row("Embedding", "backbone.embedding", millions=embedding),
        _row("Encoder", "backbone.encoder", millions=encoder),
        _row("Output projection", "backbone.output_projection", millions=projection),
        _row("Layer-norm conditioning", "backbone.conditioning", millions=conditioning),
    )
    return _row("Unified backbone", "backbone", millions=total, parts=parts)


def _heads(each: float | None = None) -> tuple[BudgetRow, ...]:
    names = (("Emotion", "emotion"), ("Bentham", "bentham"), ("Regret", "regret"), ("SURD", "surd"))
    return tuple(_row(f"{title} head", f"heads.{name}_head", millions=each) for title, name in names)


def _analyzers(
    emotion: float | None = None,
    bentham: float | None = None,
    regret: float | None = None,
    counterfactual: float | None = None,
    surd: float | None = None,
) -> tuple[BudgetRow, ...]:
    return (
        _row("NeuralEmotionAnalyzer", "analyzers.emotion_analyzer", millions=emotion),
        _row("NeuralBenthamCalculator", "analyzers.bentham_calculator", millions=bentham),
        _row("NeuralRegretAnalyzer", "analyzers.regret_analyzer", millions=regret),
        _row("NeuralCounterfactualReasoner", "analyzers.counterfactual_reasoner", millions=counterfactual),
        _row("NeuralSURDAnalyzer", "analyzers.surd_analyzer", millions=surd),
    )


def _bridge(total: float | None = None, parts: tuple[float | None, ...] = (None,) * 5) -> BudgetRow:
    names = (
        ("Integration network", "integration"),
        ("Key-value cache", "cache"),
        ("Memory compressor", "memory"),
        ("Asynchronous merge", "merge"),
        ("Error recovery", "recovery"),
    )
    rows = tuple(_row(title, f"bridge.{name}", millions=part) for (title, name), part in zip(names, parts, strict=True))
    return _row("Module bridge", "bridge", millions=total, parts=rows)


def _optimization(total: float | None = None, parts: tuple[float | None, ...] = (None,) * 4) -> BudgetRow:
    names = (
        ("Sweet-spot detector", "sweet_spot"),
        ("Parameter crossover", "crossover"),
        ("Out-of-memory handler", "peak_memory"),
        ("Learning optimisation", "learning"),
    )
    rows = tuple(
        _row(title, f"optimization.{name}", millions=part) for (title, name), part in zip(names, parts, strict=True)
    )
    return _row("Optimisation systems", "optimization", millions=total, parts=rows)


_USUAL = (
    _backbone(),
    *_heads(),
    *_analyzers(),
    _row("Other auxiliary modules", "auxiliary"),
    _bridge(),
    _row("N-gram part", "ngrams"),
    _optimization(),
)
_FULL = (
    _backbone(90.6, embedding=8.9, encoder=71.2, projection=6.3, conditioning=4.2),
    *_heads(38.3),
    *_analyzers(emotion=68.0, bentham=61.0, regret=68.0, counterfactual=57.0, surd=63.0),
    _row("Other auxiliary modules", "auxiliary", millions=51.0),
    _bridge(60.2, (25.0, 10.0, 8.0, 7.0, 10.2)),
    _optimization(58.0, (12.0, 18.0, 8.0, 20.0)),
)
_PAPER = (
    _row(
        "Backbone",
        "backbone",
        millions=68.0,
        parts=(
            _row("Transformer", "backbone.encoder", millions=42.0),
            _row("Task projections", "backbone.output_projection", millions=12.8),
            _row("Embedding and conditioning", "backbone.embedding", "backbone.conditioning"),
        ),
    ),
    _row("Emotion", "analyzers.emotion_analyzer", millions=50.0),
    _row("Bentham", "analyzers.bentham_calculator", millions=45.0),
    _row("Regret", "analyzers.regret_analyzer", millions=35.0),
    _row("SURD", "analyzers.surd_analyzer", millions=40.0),
    _row("Task heads", "heads", millions=120.0, parts=_heads()),
    _row(
        "Advanced techniques",
        "optimization",
        millions=180.0,
        parts=_optimization().parts,
    ),
    _row(
        "Integration",
        "analyzers.counterfactual_reasoner",
        "auxiliary",
        "bridge",
        millions=192.0,
        parts=(
            _row("NeuralCounterfactualReasoner", "analyzers.counterfactual_reasoner"),
            _row("Other auxiliary modules", "auxiliary"),
            _row("Module bridge", "bridge"),
        ),
    ),
)
_LEGACY = (
    _row("Backbone", "backbone", millions=50.0, parts=_backbone().parts),
    _row("Heads", "heads", millions=80.0, parts=_heads()),
    _row("Neural analysers", "analyzers", millions=170.0, parts=_analyzers()),
    _row(
        "Other",
        "auxiliary",
        "bridge",
        millions=30.0,
        parts=(_row("Other auxiliary modules", "auxiliary"), _row("Module bridge", "bridge")),
    ),
)
_TABLES = {"full": _FULL, "paper": _PAPER, "legacy_330m": _LEGACY}
