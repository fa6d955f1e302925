"""The loaded system: one object that answers the two questions. Holds no state between calls."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from redheart_core.errors import CheckpointError
from redheart_core.inference import assemble, dilemma, sentences
from redheart_core.inference.leased import LeasedReader
from redheart_core.inference.modes import open_in_mode
from redheart_core.inference.opening import AUTO
from redheart_core.inference.passage import PassageSteps, read_passage
from redheart_core.inference.reading import refused_families
from redheart_core.inference.results import Confidence, DilemmaEvaluation, Nuance, PassageAnalysis, Recommendation
from redheart_core.inference.settings import Settings
from redheart_core.inference.shipped import checkpoint_folder, shipped_names
from redheart_core.model.presets import PRESETS
from redheart_core.model.reader import ModelReader
from redheart_core.reasoning import emotion, verdict
from redheart_core.reasoning.trace import Node, Recorder, Stage, Trace
from redheart_core.runtime.devices import CPU, choose_device
from redheart_core.runtime.precision import Precision
from redheart_core.text.extract import extract_features
from redheart_core.text.features import CueKind, TextFeatures
from redheart_core.text.language import require_supported
from redheart_core.vocabulary.advice import HELP_NOTICE, HUMAN_NOTICE, NOTHING_STANDS_OUT, advice_for
from redheart_core.vocabulary.bentham import Lens, View
from redheart_core.vocabulary.dilemma import Dilemma, clean_passage
from redheart_core.vocabulary.emotions import NUANCES
from redheart_core.vocabulary.language import Language
from redheart_core.vocabulary.reading import Family, NeuralReader
from redheart_core.vocabulary.reasons import reason

RULES_ONLY = "rules"
"""Name under which the system runs without a neural part."""
ADVICE_FLOOR = 0.3
"""Below this score no emotion stands out enough for a recommendation."""
WANTED_FAMILIES = (Family.GOEMOTIONS, Family.KOTE, Family.VAD)
"""Families that a passage's analysis asks; each one refused lowers the confidence."""
GRAVE_KINDS = (CueKind.DEATH, CueKind.LAW, CueKind.RIGHTS)
GRAVE_HARM = 0.5
"""Harm at least this severe touches health or safety."""


class RedHeart:
    """The system with one checkpoint, or with the rules alone when ``reader`` is None."""

    def __init__(self, *, name: str, reader: NeuralReader | None, precision: Precision | str = Precision.FP32) -> None:
        self.name = name
        self.reader = reader
        self.precision = precision
        """What the neural part computes in; a replayed trace may name one that is not ours."""

    @property
    def checkpoint_sha256(self) -> str | None:
        """Hash of the checkpoint; None for the rules alone."""
        return self.reader.checkpoint_sha256 if self.reader else None

    @property
    def refused(self) -> tuple[str, ...]:
        """Neural families without trained weights."""
        return refused_families(self.reader)

    def analyze(self, text: str, *, language: str | None = None, profile: str = "neutral") -> PassageAnalysis:
        """Answer the first question: which emotions a passage carries and what it calls for.

        Args:
            text: The passage, Korean or English.
            language: Language of the sentences in the answer; the passage's own when absent.
            profile: Name of a cultural profile.

        Raises:
            InputError: The passage or the profile cannot be used.
        """
        settings = Settings(profile=profile)
        passage = clean_passage(text, what_en="text", what_ko="글")
        found = require_supported(passage)
        language = language or interface_language(found)
        recorder = Recorder()
        spoken = recorder.given("language", found.value)
        context = recorder.given("context", "")
        steps = read_passage(
            recorder, "", passage, language=spoken, context=context, reader=self.reader, profile=profile
        )
        nuances = recorder.apply(
            "emotion.nuances", emotion.emotion_nuances, stage=Stage.FINAL_OUTPUT, inputs={"scores": steps.scores}
        )
        confidence = _passage_confidence(recorder, steps, self.reader, language)
        self_harm = bool(steps.features.value.of_kind(CueKind.SELF_HARM))
        recommendation = _advice(recorder, steps, self_harm, language)
        request = {"text": passage, "language": language, "settings": {"profile": settings.profile}}
        return PassageAnalysis(
            text=passage,
            language=found,
            emotions=steps.emotion_scores(),
            nuances=tuple(_nuance(name, nuances.value[name]) for name in NUANCES),
            vad=steps.neural.at(Family.VAD, "values").value,
            recommendation=recommendation,
            help_notice=HELP_NOTICE.text(language) if self_harm else None,
            profile=profile,
            cultural_activations=steps.activations.value,
            confidence=confidence,
            refused=self.refused,
            trace=self._trace(recorder, "passage", request),
        )

    def evaluate_ethics(
        self,
        question: Dilemma,
        *,
        language: str | None = None,
        profile: str = "neutral",
        view_weights: Mapping[View, float] | None = None,
        credences: Mapping[Lens, float] | None = None,
    ) -> DilemmaEvaluation:
        """Answer the second question: what follows from each option, and whether one scores clearly higher.

        Args:
            question: The dilemma.
            language: Language of the sentences in the answer; the dilemma's own when absent.
            profile: Name of a cultural profile.
            view_weights: Shares of the three views; the default when absent.
            credences: Shares of the three lenses; the default when absent.

        Raises:
            InputError: The text or a setting cannot be used.
        """
        defaults = Settings()
        settings = Settings(
            profile=profile,
            view_weights=view_weights or defaults.view_weights,
            credences=credences or defaults.credences,
        )
        found = require_supported("\n".join([question.situation, *(o.name for o in question.options)]))
        language = language or interface_language(found)
        recorder = Recorder()
        shared = dilemma.begin(recorder, question, found, settings, self.reader)
        request = {"dilemma": _dilemma_request(question), "language": language, "settings": settings.to_dict()}
        if _speaks_of_self_harm(question, found):
            dilemma.read_only(recorder, shared, question)
            return self._unranked(question, found, settings, language, self._trace(recorder, "dilemma", request))
        options = dilemma.evaluate_options(recorder, shared, question)
        comparison = dilemma.compare(recorder, shared, options)
        texts = [shared.situation.value, *(o.passage.features.value for o in options)]
        return DilemmaEvaluation(
            dilemma=question,
            language=found,
            options=tuple(
                assemble.option_evaluation(o, comparison, i, shared, language) for i, o in enumerate(options)
            ),
            recommendation=assemble.recommendation(options, comparison, language),
            help_notice=None,
            human_notice=HUMAN_NOTICE.text(language) if any(map(_is_grave, texts)) else None,
            affected_parties=assemble.parties(options, shared),
            long_term_impact=assemble.impacts(options, language),
            counterfactuals=assemble.counterfactuals(comparison, language),
            confidence=assemble.confidence(options, comparison, shared, language),
            view_weights=settings.view_weights,
            credences=settings.credences,
            refused=self.refused,
            trace=self._trace(recorder, "dilemma", request),
        )

    def _unranked(
        self, question: Dilemma, found: Language, settings: Settings, language: str, trace: Trace
    ) -> DilemmaEvaluation:
        """Answer a dilemma that speaks of self-harm: a notice, and not a single score, in the trace either."""
        text = reason("verdict.self_harm", language)
        return DilemmaEvaluation(
            dilemma=question,
            language=found,
            options=(),
            recommendation=Recommendation(option=None, abstained=True, reason=text, code="self_harm"),
            help_notice=HELP_NOTICE.text(language),
            human_notice=HUMAN_NOTICE.text(language),
            affected_parties=(),
            long_term_impact=(),
            counterfactuals=(),
            confidence=Confidence(value=0.0, parts={}, notes=()),
            view_weights=settings.view_weights,
            credences=settings.credences,
            refused=self.refused,
            trace=trace,
        )

    def _trace(self, recorder: Recorder, kind: str, request: Mapping[str, Any]) -> Trace:
        checkpoint = {"name": self.name, "sha256": self.checkpoint_sha256, "refused": list(self.refused)}
        if self.precision != Precision.FP32:
            checkpoint["precision"] = str(self.precision)
        return recorder.finish(kind=kind, request=request, checkpoint=checkpoint)


def load_model(
    preset_or_path: str | Path = "compact",
    *,
    precision: Precision | str = AUTO,
    mode: str | None = None,
    budget_gib: float | None = None,
    device: str = CPU,
) -> RedHeart:
    """Load a shipped checkpoint by name, a checkpoint directory by path, or ``rules`` for no neural part at all.

    Args:
        preset_or_path: Name or folder.
        precision: ``fp32``, ``bf16`` or ``int8``; ``auto`` is float32, or bfloat16 for a large model on a processor
            that has it. The rules have none.
        mode: ``light``, ``medium`` or ``heavy``: how much of the weights stays in memory. None keeps all of them.
        budget_gib: Most that weights may take in that mode; its own default when left out.
        device: ``cpu``, a CUDA device such as ``cuda:0``, or ``auto`` for the GPU with most free memory, if any.

    Raises:
        CheckpointError: It is missing, corrupt or inconsistent.
        ConfigError: There is no such precision or mode.
        DeviceError: There is no such device.
        OutOfDeviceMemoryError: The budget cannot hold what the mode keeps.
    """
    if preset_or_path == RULES_ONLY:
        return RedHeart(name=RULES_ONLY, reader=None)
    path = checkpoint_folder(preset_or_path) if isinstance(preset_or_path, str) else preset_or_path
    if preset_or_path in PRESETS and not path.is_dir():
        raise CheckpointError(
            f"No trained weights are shipped for the preset '{preset_or_path}'; shipped are: "
            f"{', '.join(shipped_names()) or 'none'}. Train it first, or load '{RULES_ONLY}' to calculate without "
            "a neural part."
        )
    chosen = choose_device(device).name
    opened = open_in_mode(path, mode=mode, budget_gib=budget_gib, precision=precision, device=chosen)
    reader = LeasedReader(ModelReader(opened.checkpoint), residency=opened.residency, order=opened.order)
    return RedHeart(name=path.name, reader=reader, precision=opened.precision)


def interface_language(found: Language) -> str:
    """Return the language to answer in when the reader has not chosen one."""
    return "en" if found is Language.ENGLISH else "ko"


def _advice(recorder: Recorder, steps: PassageSteps, self_harm: bool, language: str) -> Recommendation:
    if self_harm:
        return Recommendation(option=None, abstained=True, reason=HELP_NOTICE.text(language), code="self_harm")
    strongest = recorder.apply(
        "recommendation",
        emotion.strongest_emotion,
        stage=Stage.FINAL_OUTPUT,
        inputs={"scores": steps.scores},
        parameters={"floor": ADVICE_FLOOR},
    )
    name = strongest.value["name"]
    advice = advice_for(name) if isinstance(name, str) else None
    if advice is None:
        text = NOTHING_STANDS_OUT.text(language)
        return Recommendation(option=None, abstained=True, reason=text, code="nothing")
    return Recommendation(option=None, abstained=False, reason=advice.text(language), code="advice")


def _speaks_of_self_harm(question: Dilemma, found: Language) -> bool:
    """Return whether the situation or an option does: asked first, so that nothing is scored if one does."""
    texts = (question.situation, *(option.name for option in question.options))
    return any(extract_features(text, found).of_kind(CueKind.SELF_HARM) for text in texts)


def _passage_confidence(
    recorder: Recorder, steps: PassageSteps, reader: NeuralReader | None, language: str
) -> Confidence:
    trained = reader.trained_families if reader else frozenset()
    counts = recorder.apply("num_cues", verdict.num_cues, stage=Stage.FEATURES, inputs={"features": steps.features})
    parts: dict[str, Node[Any]] = {
        "completeness": recorder.apply(
            "confidence.completeness",
            verdict.completeness,
            stage=Stage.FINAL_OUTPUT,
            inputs={},
            parameters={"trained": sorted(trained), "wanted": list(WANTED_FAMILIES)},
        ),
        "evidence": recorder.apply(
            "confidence.evidence", verdict.evidence_part, stage=Stage.FINAL_OUTPUT, inputs={"text": counts}
        ),
        "agreement": recorder.apply(
            "confidence.agreement",
            emotion.emotion_agreement,
            stage=Stage.FINAL_OUTPUT,
            inputs={"rule": steps.rule, "neural": steps.emotion_neural},
        ),
        "separation": recorder.given("confidence.separation", None, stage=Stage.FINAL_OUTPUT),
    }
    value = recorder.apply("confidence", verdict.confidence, stage=Stage.FINAL_OUTPUT, inputs=parts)
    known = {name: node.value for name, node in parts.items() if node.value is not None}
    notes = sentences.confidence_notes(
        completeness=known["completeness"],
        num_cues=counts.value,
        agreement=known.get("agreement"),
        is_transfer=False,
        language=language,
    )
    return Confidence(value=value.value, parts=known, notes=notes)


def _nuance(name: str, score: float) -> Nuance:
    category, grade = name.rsplit(".", 1)
    return Nuance(emotion=category, grade=grade, score=score)


def _is_grave(features: TextFeatures) -> bool:
    return bool(features.of_kind(*GRAVE_KINDS)) or any(
        cue.value >= GRAVE_HARM for cue in features.of_kind(CueKind.HARM)
    )


def _dilemma_request(question: Dilemma) -> dict[str, Any]:
    return {
        "situation": question.situation,
        "options": [option.name for option in question.options],
        "parties": [
            {"name": p.name, "count": p.count, "vulnerability": float(p.vulnerability)} for p in question.parties
        ],
    }
