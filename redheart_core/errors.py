"""The exception tree of the core.

RedHeartError
├── InputError         what a person typed or a file contains cannot be used; has a message per language
├── ConfigError        a configuration contradicts itself or the data
├── CheckpointError    weights are missing, corrupt, or do not belong together
├── DataError          a data set is missing, malformed, or has a constant label
├── DeviceError        a device does not exist or cannot do what was asked
│   └── OutOfDeviceMemoryError   the device, or the budget set for it, is too small
├── ExplanationError   an output cannot be explained as asked
├── RunError           a run of training cannot be found, started, recorded or stopped
└── TraceError         a saved trace cannot be read; a trace that merely differs is a result, not an error
"""

from __future__ import annotations


class RedHeartError(Exception):
    """Base of everything this package raises on purpose."""

    korean_summary = "문제가 생겼어요."
    """What happened and what to do, for readers of Korean; the detail that follows it is in English."""

    def message(self, language: str) -> str:
        """Return the message for a reader of ``language`` (``"ko"`` or ``"en"``)."""
        return f"{self.korean_summary} ({self})" if language == "ko" else str(self)


class InputError(RedHeartError):
    """Input that a person can correct. Says what, the values, and the remedy in both languages."""

    def __init__(self, *, code: str, en: str, ko: str) -> None:
        super().__init__(en)
        self.code = code
        """Stable name of the problem, for tests and machine readers."""
        self._messages = {"en": en, "ko": ko}

    def message(self, language: str) -> str:
        """Return the message in Korean for ``"ko"``, in English for anything else."""
        return self._messages["ko" if language == "ko" else "en"]


class ConfigError(RedHeartError):
    """A configuration is impossible or would be silently ignored."""

    korean_summary = "설정이 서로 맞지 않아요. 아래 내용을 고쳐 주세요."


class CheckpointError(RedHeartError):
    """A checkpoint is missing, truncated, altered, or does not match its configuration."""

    korean_summary = "모델 가중치를 읽을 수 없어요. 경로와 파일을 확인하거나 다시 설치해 주세요."


class DataError(RedHeartError):
    """A data set cannot be used as it is."""

    korean_summary = "데이터를 그대로 쓸 수 없어요. 아래 내용을 확인해 주세요."


class ExplanationError(RedHeartError):
    """A target, a method, a baseline or their options do not exist or do not go together."""

    korean_summary = "요청한 방식으로는 설명할 수 없어요. 아래 내용을 확인해 주세요."


class DeviceError(RedHeartError):
    """A device does not exist or cannot do what was asked of it."""

    korean_summary = "이 장치에서는 할 수 없어요. 아래 내용을 보고 다른 장치나 설정을 골라 주세요."


class OutOfDeviceMemoryError(DeviceError):
    """A device, or the budget set for it, has less memory than the work needs."""

    korean_summary = "메모리가 모자라요. 한 번에 다루는 양을 줄이거나 예산을 늘려 주세요."


class RunError(RedHeartError):
    """A run of training cannot be found, started, recorded, read or stopped."""

    korean_summary = "학습 실행을 다룰 수 없어요. 아래 내용을 보고 다시 시도해 주세요."


class TraceError(RedHeartError):
    """A saved trace is not one of ours or is too damaged to be replayed."""

    korean_summary = "계산 기록으로 읽을 수 없는 파일이에요. 분석 화면이나 명령줄에서 다시 저장해 주세요."
