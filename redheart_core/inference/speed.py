"""How fast and how large a model is here: every variant in a process of its own, all timed in turns in one run.

A variant is timed in rounds that alternate with those of the others, so that a machine that slows down for a while
slows all of them. Ratios are taken within a round.
"""

from __future__ import annotations

import multiprocessing
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from enum import StrEnum
from multiprocessing.connection import Connection
from pathlib import Path

import psutil
import torch
from torch import nn

from redheart_core.errors import DeviceError
from redheart_core.inference.opening import open_checkpoint
from redheart_core.inference.shipped import shipped_folder
from redheart_core.model.checkpoint import read_manifest
from redheart_core.model.ledger import count_parameters, meta_model
from redheart_core.model.ngrams import ngram_batch
from redheart_core.model.reader import ModelReader
from redheart_core.runtime.packed import held_bytes, return_free_memory
from redheart_core.runtime.precision import Precision
from redheart_core.text.tokenizer import Tokenizer

SENTENCE = (
    "A nurse learns that a close colleague took medicine for her sick child; reporting it would cost her the job. "
    "간호사는 가까운 동료가 아픈 아이를 위해 약을 가져간 것을 알게 되었고, 알리면 동료는 일자리를 잃어요. "
)
"""What is read, repeated as often as the wanted number of tokens needs."""
PLAIN_WIDTH, PLAIN_LAYERS, PLAIN_HEADS = 1_536, 26, 24


class Variant(StrEnum):
    """What is timed."""

    FP32 = "fp32"
    BF16 = "bf16"
    INT8 = "int8"
    PLAIN = "plain transformer encoder, bf16"
    """As many parameters in one stack of layers, every one of which runs over every token."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What loading a variant took."""

    parameters: int
    """Numbers in parameters and buffers; the position code and scales of int8 are among them."""
    weight_bytes: int
    """Of all parameters and buffers as they are held."""
    load_s: float
    resident_bytes: int
    """Growth of the process's resident memory by loading and one first answer; libraries were in use before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pass:
    """One timed call of each kind, in milliseconds."""

    forward_ms: float
    """Token ids to all logits, once."""
    answer_ms: float | None
    """A passage to values and deviations: what one reading of the neural part takes. Not for a plain encoder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Throughput:
    """Many passages at once."""

    batch: int
    passages_per_s: float
    peak_bytes: int | None
    """Most that was allocated on a GPU since the start; the processor's allocator does not tell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeedRow:
    """A variant, measured."""

    variant: Variant
    load: Load
    passes: tuple[Pass, ...]
    throughput: Throughput | None

    @property
    def forward_ms(self) -> float:
        """Median over the rounds."""
        return statistics.median(each.forward_ms for each in self.passes)

    @property
    def answer_ms(self) -> float | None:
        """Median over the rounds."""
        known = [each.answer_ms for each in self.passes if each.answer_ms is not None]
        return statistics.median(known) if known else None

    @property
    def resident_share(self) -> float:
        """Resident memory as a multiple of the weights."""
        return self.load.resident_bytes / self.load.weight_bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeedSettings:
    """What a run of the benchmark depends on."""

    directory: Path
    """Checkpoint that is read with."""
    num_tokens: int = 64
    rounds: int = 9
    batch: int | None = None
    """Passages of one more, larger pass; None leaves it out."""
    num_threads: int
    device: str = "cpu"


def measure_speed(
    variants: Sequence[Variant], settings: SpeedSettings, *, tell: Callable[[str], None] = lambda _: None
) -> tuple[SpeedRow, ...]:
    """Load every variant in its own process, then time them in turns.

    Args:
        variants: What is compared.
        settings: Checkpoint, length, rounds, threads, device.
        tell: Told what is being done.

    Raises:
        DeviceError: A variant's process ended without an answer, for instance because memory ran out.
    """
    with ExitStack() as stack:
        workers = []
        for variant in variants:
            tell(f"loading {variant.value}")
            workers.append(stack.enter_context(_worker(variant, settings)))
        loads = [worker.load for worker in workers]
        passes: list[list[Pass]] = [[] for _ in workers]
        for number in range(settings.rounds):
            tell(f"round {number + 1} of {settings.rounds}")
            for worker, done in zip(workers, passes, strict=True):
                done.append(worker.time())
        tell("many passages at once" if settings.batch else "done")
        throughputs = [worker.time_many() if settings.batch else None for worker in workers]
    return tuple(
        SpeedRow(variant=variant, load=load, passes=tuple(done), throughput=throughput)
        for variant, load, done, throughput in zip(variants, loads, passes, throughputs, strict=True)
    )


def paired_ratio(slow: SpeedRow, fast: SpeedRow, *, answer: bool = False) -> float:
    """Return how many times faster ``fast`` is: the median over the rounds of the ratio within a round."""
    pairs = zip(slow.passes, fast.passes, strict=True)
    return statistics.median(_milliseconds(a, answer) / _milliseconds(b, answer) for a, b in pairs)


def _milliseconds(timed: Pass, answer: bool) -> float:
    return timed.answer_ms if answer and timed.answer_ms is not None else timed.forward_ms


class _Wanted(StrEnum):
    PASS = "pass"
    THROUGHPUT = "throughput"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Worker:
    variant: Variant
    connection: Connection
    load: Load

    def time(self) -> Pass:
        self.connection.send(_Wanted.PASS)
        answer = _receive(self.connection, self.variant)
        assert isinstance(answer, Pass)
        return answer

    def time_many(self) -> Throughput:
        self.connection.send(_Wanted.THROUGHPUT)
        answer = _receive(self.connection, self.variant)
        assert isinstance(answer, Throughput)
        return answer


@contextmanager
def _worker(variant: Variant, settings: SpeedSettings) -> Iterator[_Worker]:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs, variant, settings), daemon=True)
    process.start()
    theirs.close()
    try:
        load = _receive(ours, variant)
        assert isinstance(load, Load)
        yield _Worker(variant=variant, connection=ours, load=load)
    finally:
        ours.close()
        process.join(timeout=10)
        if process.is_alive():
            process.kill()


def _receive(connection: Connection, variant: Variant) -> Load | Pass | Throughput:
    try:
        answer: Load | Pass | Throughput = connection.recv()
    except EOFError as error:
        raise DeviceError(
            f"The process that timed {variant.value} ended without an answer; most often memory ran out. "
            "Close other programs, or time fewer variants at once."
        ) from error
    return answer


def _serve(connection: Connection, variant: Variant, settings: SpeedSettings) -> None:
    torch.set_num_threads(settings.num_threads)
    _load_libraries()
    before_bytes = psutil.Process().memory_info().rss
    start_s = time.perf_counter()
    prepared = _prepare(variant, settings)
    load_s = time.perf_counter() - start_s
    with torch.inference_mode():
        prepared.timed()
        connection.send(_load(prepared.model, load_s, before_bytes))
        while (wanted := _next_wanted(connection)) is not None:
            answer = prepared.timed() if wanted is _Wanted.PASS else _throughput(prepared, settings)
            connection.send(answer)


def _throughput(prepared: _Prepared, settings: SpeedSettings) -> Throughput:
    assert settings.batch is not None  # asked for only where it is set
    batch = settings.batch
    milliseconds = _timed_ms(lambda: prepared.forward(batch), settings.device)
    is_gpu = settings.device.startswith("cuda")
    return Throughput(
        batch=batch,
        passages_per_s=1000 * batch / milliseconds,
        peak_bytes=torch.cuda.max_memory_allocated(settings.device) if is_gpu else None,
    )


def _load_libraries() -> None:
    """Read once with the small shipped model, so that what PyTorch loads at first use does not count as weights."""
    ModelReader(open_checkpoint(shipped_folder("compact"))).read(SENTENCE)
    return_free_memory()


def _next_wanted(connection: Connection) -> _Wanted | None:
    try:
        wanted: _Wanted = connection.recv()
    except EOFError:
        return None
    return wanted


@dataclass(frozen=True, slots=True, kw_only=True)
class _Prepared:
    model: nn.Module
    timed: Callable[[], Pass]
    forward: Callable[[int], object]
    """One pass over that many passages."""


def _prepare(variant: Variant, settings: SpeedSettings) -> _Prepared:
    if variant is Variant.PLAIN:
        return _prepare_plain(settings)
    checkpoint = open_checkpoint(settings.directory, precision=Precision(variant.value), device=settings.device)
    reader = ModelReader(checkpoint)
    text, ids_BT = passage_of(checkpoint.tokenizer, settings.num_tokens)

    vector = reader.encode(text).ngrams

    def forward(batch: int) -> object:
        many_BT = ids_BT.expand(batch, -1).to(settings.device)
        ngrams = None if vector is None else ngram_batch([vector] * batch, device=many_BT.device)
        return checkpoint.model(many_BT, torch.ones_like(many_BT, dtype=torch.bool), torch.zeros_like(many_BT), ngrams)

    def timed() -> Pass:
        forward_ms = _timed_ms(lambda: forward(1), settings.device)
        return Pass(forward_ms=forward_ms, answer_ms=_timed_ms(lambda: reader.read(text), settings.device))

    return _Prepared(model=checkpoint.model, timed=timed, forward=forward)


def _prepare_plain(settings: SpeedSettings) -> _Prepared:
    parameters = count_parameters(meta_model(read_manifest(settings.directory)[1].model))
    encoder = plain_encoder(parameters).to(settings.device)

    def forward(batch: int) -> object:
        shape = (batch, settings.num_tokens, PLAIN_WIDTH)
        return encoder(torch.zeros(shape, dtype=torch.bfloat16, device=settings.device))

    def timed() -> Pass:
        return Pass(forward_ms=_timed_ms(lambda: forward(1), settings.device), answer_ms=None)

    return _Prepared(model=encoder, timed=timed, forward=forward)


def plain_encoder(num_parameters: int) -> nn.Module:
    """Build a bfloat16 stack of PyTorch's own encoder layers of about that many parameters, random weights."""
    attention = 4 * PLAIN_WIDTH * PLAIN_WIDTH
    inner_width = max(8, round((num_parameters / PLAIN_LAYERS - attention) / (2 * PLAIN_WIDTH) / 8) * 8)
    with torch.device("meta"):
        layer = nn.TransformerEncoderLayer(
            PLAIN_WIDTH, PLAIN_HEADS, inner_width, batch_first=True, norm_first=True, dropout=0.0
        )
        encoder = nn.TransformerEncoder(layer, PLAIN_LAYERS, enable_nested_tensor=False)
    encoder = encoder.to(torch.bfloat16).to_empty(device="cpu").eval()
    with torch.no_grad():
        for parameter in encoder.parameters():
            parameter.normal_(std=0.02)
    return encoder


def passage_of(tokenizer: Tokenizer, num_tokens: int) -> tuple[str, torch.Tensor]:
    """Return a passage of at most ``num_tokens`` tokens, as close as whole words allow, and its ids (1, T)."""
    words = (SENTENCE * (1 + num_tokens // 16)).split()
    text = words[0]
    ids = tokenizer.encode(text, context="", max_tokens=num_tokens).ids
    for count in range(2, len(words) + 1):
        encoding = tokenizer.encode(" ".join(words[:count]), context="", max_tokens=num_tokens)
        if encoding.truncated:
            break
        text, ids = " ".join(words[:count]), encoding.ids
    return text, torch.tensor([ids])


def _load(model: nn.Module, load_s: float, before_bytes: int) -> Load:
    return Load(
        parameters=sum(tensor.numel() for tensor in (*model.parameters(), *model.buffers())),
        weight_bytes=held_bytes(model),
        load_s=load_s,
        resident_bytes=psutil.Process().memory_info().rss - before_bytes,
    )


def _timed_ms(call: Callable[[], object], device: str) -> float:
    if device.startswith("cuda"):
        torch.cuda.synchronize(device)
    start_s = time.perf_counter()
    call()
    if device.startswith("cuda"):
        torch.cuda.synchronize(device)
    return 1000 * (time.perf_counter() - start_s)
