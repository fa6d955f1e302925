"""The one path from a request to an attribution, for pages, command line and library alike."""

from __future__ import annotations

import time
from dataclasses import dataclass

import torch

from redheart_core.errors import ExplanationError
from redheart_core.explain.attribution.baselines import single_baselines
from redheart_core.explain.attribution.cache import AttributionCache
from redheart_core.explain.attribution.explain import ExplainedPassage, explain_passage
from redheart_core.explain.attribution.function import Scalar
from redheart_core.explain.attribution.merge import WordScores, by_word, mean_scores
from redheart_core.explain.attribution.methods import method_named
from redheart_core.explain.attribution.methods.method import Method, Report, unreported
from redheart_core.explain.attribution.methods.options import make_options
from redheart_core.explain.attribution.request import AttributionRequest, attribution_key
from redheart_core.explain.attribution.result import Attribution, AttributionKey, Piece
from redheart_core.explain.attribution.targets.option import option_target
from redheart_core.explain.attribution.targets.registry import target_named
from redheart_core.inference.leased import LeasedReader
from redheart_core.text.tokenizer import WORD_START, Source, Tokenizer
from redheart_core.vocabulary.reading import NeuralReader

MAX_CACHED = 256
_CACHE = AttributionCache(MAX_CACHED)


def attribute(
    request: AttributionRequest | AttributionKey, reader: NeuralReader | None, *, report: Report = unreported
) -> Attribution:
    """Return which words moved a target. The same key gives the same numbers, whoever asks and whenever.

    Args:
        request: What is asked, or the key of an attribution that was given before.
        reader: The neural part; its network is held alone while this runs.
        report: Told how far it is; may raise ``Cancelled``.

    Raises:
        ExplanationError: There is no neural part, the key is another checkpoint's, or what is asked does not exist or
            does not go together.
        InputError: A text cannot be used.
    """
    if not isinstance(reader, LeasedReader):
        raise ExplanationError("Attribution explains the neural part, and there is none here. Load a checkpoint.")
    key = request if isinstance(request, AttributionKey) else attribution_key(request, reader)
    if key.checkpoint_sha256 != reader.checkpoint_sha256:
        raise ExplanationError(
            f"The key is of checkpoint {key.checkpoint_sha256[:12]}, but {reader.checkpoint_sha256[:12]} is loaded. "
            "Load that one, or ask anew."
        )
    found = _CACHE.get(key)
    if found is None:
        with reader.held(), torch.inference_mode(False), torch.enable_grad():
            # Whoever waited for the network may have waited for this very answer.
            found = _CACHE.get(key) or _attribute(key, reader, report)
        _CACHE.put(found)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    """A method's answer against one baseline."""

    scores: WordScores
    target_value: float
    baseline_value: float
    num_evaluations: int


def scalar_of(key: AttributionKey, reader: LeasedReader) -> Scalar:
    """Return the target of a key as a function of logits. Whoever calls it holds the reader.

    Raises:
        ExplanationError, InputError: The score of an option, and it is not scored.
    """
    if key.case is None:
        # A key exists only where an untrained output was allowed.
        return target_named(reader.checkpoint.manifest, key.target, untrained=True).scalar(key.unit)
    target = option_target(
        reader, situation=key.context, option=key.text, parties=key.case.parties, settings=key.case.settings
    )
    return target.scalar(key.unit)


def explained_passages(key: AttributionKey, reader: LeasedReader) -> tuple[ExplainedPassage, ...]:
    """Return the function of a key, once for each single baseline. Whoever calls it holds the reader.

    Raises:
        ExplanationError: The weights are not in float32.
    """
    scalar = scalar_of(key, reader)
    return tuple(
        explain_passage(reader.checkpoint, scalar, text=key.text, context=key.context, baseline=baseline)
        for baseline in single_baselines(key.baseline)
    )


def _attribute(key: AttributionKey, reader: LeasedReader, report: Report) -> Attribution:
    start = time.perf_counter()
    method = method_named(key.method)
    passages = explained_passages(key, reader)
    runs = [_run(method, key, passage, _part(report, place, len(passages))) for place, passage in enumerate(passages)]
    scores, count, layout = mean_scores([run.scores for run in runs]), len(runs), passages[0].explained.layout
    return Attribution(
        key=key,
        words=layout.words,
        scores=scores.words,
        ngram_scores=scores.ngrams,
        pieces=_pieces(passages[0], scores, reader.checkpoint.tokenizer),
        rest=scores.rest,
        target_value=runs[0].target_value,
        baseline_value=sum(run.baseline_value for run in runs) / count,
        is_additive=method.is_additive,
        truncated=passages[0].encoding.truncated,
        num_evaluations=sum(run.num_evaluations for run in runs),
        seconds=time.perf_counter() - start,
    )


def _run(method: Method, key: AttributionKey, passage: ExplainedPassage, report: Report) -> _Run:
    explained = passage.explained
    reason = method.supports(explained)
    if reason is not None:
        raise ExplanationError(f"{method.name} cannot explain {key.target} here: {reason}")
    raw = method.run(explained, make_options(method, dict(key.options)), seed=key.seed, report=report)
    return _Run(
        scores=by_word(explained.layout, raw),
        target_value=explained.target_value,
        baseline_value=explained.baseline_value,
        num_evaluations=raw.num_evaluations,
    )


def _part(report: Report, place: int, count: int) -> Report:
    """Return a report for one of ``count`` runs of equal cost."""
    return lambda done, total: report(place * total + done, count * total)


def _pieces(passage: ExplainedPassage, scores: WordScores, tokenizer: Tokenizer) -> tuple[Piece, ...]:
    encoding, words = passage.encoding, passage.explained.layout.token_words
    return tuple(
        Piece(
            text=_piece_text(tokenizer.token(token_id), source),
            start=span[0],
            end=span[1],
            source=source,
            word=word,
            score=score,
        )
        for token_id, span, source, word, score in zip(
            encoding.ids, encoding.spans, encoding.sources, words, scores.tokens, strict=True
        )
    )


def _piece_text(token: str, source: Source) -> str:
    return token if source is Source.SPECIAL else (token.removeprefix(WORD_START) or token)
