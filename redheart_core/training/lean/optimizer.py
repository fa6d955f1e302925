"""AdamW for devices that cannot hold its state: on the host, or in eight bits.

``OffloadedAdamW`` keeps float32 weights and moments on the host, in memory or in files. Only the bfloat16 weights stay
on the device; the host's weights carry every small change, however small.

``EightBitAdamW`` keeps both moments on the device in eight bits a number, scaled by block, and no other copy of the
weights. It rounds bfloat16 weights stochastically: a change smaller than their resolution happens with the
probability that makes it right on average.

Both update parameter by parameter and free each gradient as soon as it is used, either in ``step`` or, inside
``attach``, already in the backward pass. There no two gradients exist at once; in turn nothing is accumulated over
micro-batches. Each gradient is clipped by its own norm, not by the norm of all, which nobody knows yet.

Source: Loshchilov and Hutter 2019, https://arxiv.org/abs/1711.05101; Dettmers et al. 2022,
https://arxiv.org/abs/2110.02861 (blockwise states; here with the codes of ``eight_bit``).
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from redheart_core.errors import ConfigError
from redheart_core.training.lean.eight_bit import EightBit, stochastic_bfloat16


@dataclass(frozen=True, slots=True, kw_only=True)
class AdamWConfig:
    """The numbers of AdamW."""

    learning_rate: float = 1e-4
    betas: tuple[float, float] = (0.9, 0.98)
    epsilon: float = 1e-8
    weight_decay: float = 0.01
    clip_norm: float | None = None
    """Each parameter's gradient is scaled down to this norm; None leaves it."""

    def __post_init__(self) -> None:
        if self.learning_rate <= 0 or not all(0 <= beta < 1 for beta in self.betas) or self.epsilon <= 0:
            raise ConfigError(f"AdamW cannot run with {self}. Rates and epsilon are positive, betas below 1.")


class LeanOptimizer(ABC):
    """What both share: names, rates, when a parameter is updated, and that its gradient is freed then."""

    def __init__(self, parameters: Iterable[tuple[str, nn.Parameter]], config: AdamWConfig) -> None:
        self.config = config
        self.learning_rate = config.learning_rate
        """May be changed between steps, by a schedule."""
        self._parameters = dict(parameters)
        self._steps = dict.fromkeys(self._parameters, 0)

    def step(self) -> None:
        """Update every parameter that has a gradient, and free it."""
        for name, parameter in self._parameters.items():
            if parameter.grad is not None:
                self._update_and_free(name, parameter)

    @contextmanager
    def attach(self) -> Iterator[None]:
        """Update each parameter in the backward pass, as soon as its gradient is complete."""
        handles = [
            parameter.register_post_accumulate_grad_hook(self._hook(name))  # type: ignore[no-untyped-call]  # torch's
            for name, parameter in self._parameters.items()
        ]
        try:
            yield
        finally:
            for handle in handles:
                handle.remove()

    def _hook(self, name: str) -> Callable[[Tensor], None]:
        def update(parameter: Tensor) -> None:
            self._update_and_free(name, parameter)

        return update

    def _update_and_free(self, name: str, parameter: Tensor) -> None:
        gradient = parameter.grad
        assert gradient is not None
        parameter.grad = None
        self._steps[name] += 1
        with torch.no_grad():
            self._update(name, parameter, gradient)

    def _clipped(self, gradient: Tensor) -> Tensor:
        if self.config.clip_norm is None:
            return gradient
        norm = float(torch.linalg.vector_norm(gradient))
        return gradient if norm <= self.config.clip_norm else gradient.mul_(self.config.clip_norm / norm)

    @abstractmethod
    def _update(self, name: str, parameter: Tensor, gradient: Tensor) -> None:
        """Move one parameter by its gradient; called without recording gradients."""

    def _move(self, weight: Tensor, first: Tensor, second: Tensor, step: int) -> None:
        """Change float32 ``weight`` in place, in the order of operations of ``torch.optim.AdamW``."""
        config = self.config
        beta1, beta2 = config.betas
        if weight.ndim >= 2:
            weight.mul_(1.0 - self.learning_rate * config.weight_decay)
        size = second.sqrt().div_(math.sqrt(1.0 - beta2**step)).add_(config.epsilon)
        weight.addcdiv_(first, size, value=-self.learning_rate / (1.0 - beta1**step))


class OffloadedAdamW(LeanOptimizer):
    """AdamW whose float32 weights and moments lie on the host.

    Args:
        parameters: Names and parameters, on any device and of any floating type.
        config: The numbers. Weight decay applies to parameters of two and more dimensions.
        state_dir: Folder for memory-mapped state; in memory when left out. Files are named by position.
        on_host: Entered around what happens on the host. A counter of device memory is suspended there where device
            and host are the same processor.
    """

    def __init__(
        self,
        parameters: Iterable[tuple[str, nn.Parameter]],
        config: AdamWConfig,
        *,
        state_dir: Path | None = None,
        on_host: Callable[[], AbstractContextManager[object]] = nullcontext,
    ) -> None:
        super().__init__(parameters, config)
        self._on_host = on_host
        self._state_dir = state_dir
        self.masters: dict[str, Tensor] = {}
        """The float32 weights by name."""
        self._moments: dict[str, tuple[Tensor, Tensor]] = {}
        for place, (name, parameter) in enumerate(self._parameters.items()):
            self.masters[name] = self._allocate(f"{place}-weight", parameter).copy_(parameter.detach())
            first, second = (self._allocate(f"{place}-{kind}", parameter) for kind in ("first", "second"))
            self._moments[name] = (first, second)

    @property
    def host_bytes(self) -> int:
        """Bytes of the state, mapped ones included."""
        states = [*self.masters.values(), *(moment for pair in self._moments.values() for moment in pair)]
        return sum(state.nbytes for state in states)

    @property
    def device_bytes(self) -> int:
        """Bytes of state on the device: none."""
        return 0

    def _allocate(self, file_name: str, parameter: Tensor) -> Tensor:
        if self._state_dir is None:
            return torch.zeros(parameter.shape, dtype=torch.float32, device="cpu")
        self._state_dir.mkdir(parents=True, exist_ok=True)
        path = self._state_dir / f"{file_name}.f32"
        mapped = torch.from_file(str(path), shared=True, size=parameter.numel(), dtype=torch.float32)
        return mapped.zero_().view(parameter.shape)

    def _update(self, name: str, parameter: Tensor, gradient: Tensor) -> None:
        beta1, beta2 = self.config.betas
        with self._on_host():
            host = self._clipped(gradient.cpu().float())  # converted here, so that the device needs no float32 copy
            first, second = self._moments[name]
            first.lerp_(host, 1.0 - beta1)
            second.mul_(beta2).addcmul_(host, host, value=1.0 - beta2)
            self._move(self.masters[name], first, second, self._steps[name])
            parameter.copy_(self.masters[name])


class EightBitAdamW(LeanOptimizer):
    """AdamW with eight-bit moments on the device, for float32 or bfloat16 weights.

    Args:
        parameters: Names and parameters.
        config: The numbers. Weight decay applies to parameters of two and more dimensions.
        seed: Decides the stochastic rounding of bfloat16 weights.
    """

    def __init__(self, parameters: Iterable[tuple[str, nn.Parameter]], config: AdamWConfig, *, seed: int = 0) -> None:
        super().__init__(parameters, config)
        self._first = {
            name: EightBit.zeros_like(parameter, signed=True) for name, parameter in self._parameters.items()
        }
        self._second = {
            name: EightBit.zeros_like(parameter, signed=False) for name, parameter in self._parameters.items()
        }
        self._generators: dict[torch.device, torch.Generator] = {}
        self._seed = seed

    @property
    def host_bytes(self) -> int:
        """Bytes of state on the host: none."""
        return 0

    @property
    def device_tensors(self) -> tuple[Tensor, ...]:
        """Codes and scales of both moments."""
        return tuple(
            tensor for states in (self._first, self._second) for state in states.values() for tensor in state.tensors
        )

    @property
    def device_bytes(self) -> int:
        """Bytes of both moments with their scales."""
        return sum(tensor.nbytes for tensor in self.device_tensors)

    def _update(self, name: str, parameter: Tensor, gradient: Tensor) -> None:
        beta1, beta2 = self.config.betas
        exact = self._clipped(gradient.float())
        first = self._first[name].read().lerp_(exact, 1.0 - beta1)
        root = self._second[name].read()
        second = root.square_().mul_(beta2).addcmul_(exact, exact, value=1.0 - beta2)
        self._first[name].write(first)
        self._second[name].write(second.sqrt())
        weight = parameter.detach().float()
        self._move(weight, first, second, self._steps[name])
        parameter.copy_(self._rounded(weight) if parameter.dtype is torch.bfloat16 else weight)

    def _rounded(self, weight: Tensor) -> Tensor:
        if weight.is_meta:  # a simulated device draws nothing
            return stochastic_bfloat16(weight, None)
        if weight.device not in self._generators:
            self._generators[weight.device] = torch.Generator(device=weight.device).manual_seed(self._seed)
        return stochastic_bfloat16(weight, self._generators[weight.device])
