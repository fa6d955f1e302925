"""What a model is made of, as numbers. A preset is only an instance of ``ModelConfig``."""

from __future__ import annotations

from dataclasses import dataclass, fields

from redheart_core.errors import ConfigError
from redheart_core.vocabulary.reading import READ_FAMILIES, Family


@dataclass(frozen=True, slots=True, kw_only=True)
class BackboneConfig:
    """The transformer that everything else reads."""

    d_model: int
    num_layers: int
    num_heads: int
    feedforward_width: int
    projection_width: int
    """Inner width of the output projection."""
    conditioning_width: int
    """Inner width of the network that sets the layer norms' scale and shift for each passage."""
    dropout: float
    """Probability inside the layers, in training only."""
    attention_width: int | None = None
    """All heads of a layer side by side; ``d_model`` where absent. Narrower once heads were removed."""

    def __post_init__(self) -> None:
        _require_positive(self, "backbone", may_be_zero=("dropout",))
        if self.attention_width is None:
            _require_divisible("backbone d_model", self.d_model, 2 * self.num_heads)
        else:
            _require_divisible("backbone d_model", self.d_model, 2)
            _require_divisible("backbone attention_width", self.attention_width, self.num_heads)


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadConfig:
    """A head: a deep network on the pooled passage."""

    width: int
    num_layers: int
    """Residual layers after the first."""
    dropout: float
    inner_width: int | None = None
    """Units inside a residual layer; ``width`` where absent. Fewer once units were removed."""

    def __post_init__(self) -> None:
        _require_positive(self, "head", may_be_zero=("dropout", "num_layers"))


@dataclass(frozen=True, slots=True, kw_only=True)
class RecurrentAnalyzerConfig:
    """The emotion analyser: a recurrent network over the sequence, then attention."""

    width: int
    num_gru_layers: int
    num_heads: int
    segment_tokens: int = 1
    """Tokens averaged into one step of the recurrent network, so that a wide one stays fast; 1 keeps every token."""

    def __post_init__(self) -> None:
        _require_positive(self, "emotion analyser")
        _require_divisible("emotion analyser width", self.width, self.num_heads)


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryAnalyzerConfig:
    """An analyser that asks the sequence one learned question per output."""

    width: int
    num_heads: int
    num_layers: int
    """Residual layers after the attention."""
    feedforward_width: int
    attention_width: int | None = None
    """All heads side by side; ``width`` where absent. Narrower once heads were removed."""

    def __post_init__(self) -> None:
        _require_positive(self, "analyser")
        if self.attention_width is None:
            _require_divisible("analyser width", self.width, self.num_heads)
        else:
            _require_divisible("analyser attention_width", self.attention_width, self.num_heads)


@dataclass(frozen=True, slots=True, kw_only=True)
class BridgeConfig:
    """What connects the modules."""

    width: int
    integration_width: int
    num_cache_slots: int
    memory_width: int
    """Numbers kept of each module's state."""
    merge_width: int
    recovery_width: int

    def __post_init__(self) -> None:
        _require_positive(self, "bridge")


@dataclass(frozen=True, slots=True, kw_only=True)
class AuxiliaryConfig:
    """Integration and adjustment."""

    width: int
    num_layers: int
    dropout: float
    inner_width: int | None = None
    """Units inside a residual layer; ``width`` where absent. Fewer once units were removed."""

    def __post_init__(self) -> None:
        _require_positive(self, "auxiliary", may_be_zero=("dropout",))


@dataclass(frozen=True, slots=True, kw_only=True)
class CurveScorerConfig:
    """The sweet-spot detector: a recurrent network over a learning curve."""

    width: int
    num_layers: int

    def __post_init__(self) -> None:
        _require_positive(self, "sweet-spot detector")


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateScorerConfig:
    """The crossover scorer: candidates of one layer compared by attention."""

    width: int
    num_heads: int
    num_layers: int
    feedforward_width: int

    def __post_init__(self) -> None:
        _require_positive(self, "crossover scorer")
        _require_divisible("crossover scorer width", self.width, self.num_heads)


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimatorConfig:
    """A deep network from a few measurements to one number."""

    width: int
    num_layers: int

    def __post_init__(self) -> None:
        _require_positive(self, "estimator")


@dataclass(frozen=True, slots=True, kw_only=True)
class OptimizationConfig:
    """The optimisation systems: modules that read the telemetry of training instead of text."""

    sweet_spot: CurveScorerConfig
    crossover: CandidateScorerConfig
    peak_memory: EstimatorConfig
    learning: EstimatorConfig
    """Width and depth of each of the three learning-optimisation networks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NgramTableConfig:
    """A table of weights: one row per n-gram of a run of the vocabulary, one column per output."""

    families: tuple[Family, ...]
    first: int
    """Row of the vocabulary where the run begins."""
    count: int

    def __post_init__(self) -> None:
        if not self.families or self.first < 0 or self.count < 1:
            raise ConfigError(f"n-gram table: {self.count} rows from {self.first}; it needs rows and families.")


@dataclass(frozen=True, slots=True, kw_only=True)
class NgramConfig:
    """The linear part. Its size follows from the vocabulary that the training texts gave."""

    num_ngrams: int
    tables: tuple[NgramTableConfig, ...]

    def __post_init__(self) -> None:
        families = [family for table in self.tables for family in table.families]
        if len(families) != len(set(families)):
            raise ConfigError("n-gram tables: a family stands in two of them.")
        if any(table.first + table.count > self.num_ngrams for table in self.tables):
            raise ConfigError(f"n-gram tables: a table reaches beyond the {self.num_ngrams} n-grams.")


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelConfig:
    """Everything that determines the shape of a model. Each row of the parameter table has its own widths."""

    preset: str
    vocabulary_size: int
    max_tokens: int
    """Window, special tokens included."""
    feature_dropout: float
    """Probability with which a feature of the sequence states is masked, in training and for deviations."""
    backbone: BackboneConfig
    emotion_head: HeadConfig
    bentham_head: HeadConfig
    regret_head: HeadConfig
    surd_head: HeadConfig
    emotion_analyzer: RecurrentAnalyzerConfig
    bentham_calculator: QueryAnalyzerConfig
    regret_analyzer: QueryAnalyzerConfig
    counterfactual_reasoner: QueryAnalyzerConfig
    surd_analyzer: QueryAnalyzerConfig
    auxiliary: AuxiliaryConfig
    bridge: BridgeConfig
    optimization: OptimizationConfig | None = None
    """Absent where a model is only read with: these modules serve training."""
    questions: bool = False
    """Whether the families of ``vocabulary.reading.QUESTIONS`` can be asked; the documented tables do not have them."""

    ngrams: NgramConfig | None = None
    """The linear part on n-grams; absent in presets, because the training data decide what it knows."""

    @property
    def families(self) -> tuple[Family, ...]:
        """Output families of the model, in the order of their declaration."""
        return tuple(Family) if self.questions else READ_FAMILIES

    def __post_init__(self) -> None:
        if self.vocabulary_size < 5 or self.max_tokens < 8:
            raise ConfigError(
                f"vocabulary_size is {self.vocabulary_size} and max_tokens {self.max_tokens}; need at least 5 and 8."
            )
        if not 0 < self.feature_dropout < 1:
            raise ConfigError(f"feature_dropout is {self.feature_dropout}; it must lie strictly between 0 and 1.")


def _require_positive(config: object, owner: str, *, may_be_zero: tuple[str, ...] = ()) -> None:
    for field in fields(config):  # type: ignore[arg-type]  # called with dataclasses only
        value = getattr(config, field.name)
        if value is None:
            continue
        if value < 0 or (value == 0 and field.name not in may_be_zero):
            raise ConfigError(f"{owner}: {field.name} is {value}; it must be positive.")


def _require_divisible(name: str, width: int, divisor: int) -> None:
    if width % divisor:
        raise ConfigError(f"{name} is {width}, which {divisor} does not divide.")
