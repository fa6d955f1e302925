"""Chance for code that draws from the global generators: Captum's samplers take no generator of their own."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch

_GLOBAL_GENERATORS = threading.RLock()


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Seed the global generators of Python, NumPy and PyTorch (CPU) while the block runs, and put them back.

    One thread at a time: the generators belong to the process. Threads that draw from them without this guard would
    change what is drawn here; this package has none.
    """
    with _GLOBAL_GENERATORS:
        of_python, of_numpy, of_torch = random.getstate(), np.random.get_state(), torch.random.get_rng_state()
        try:
            random.seed(seed)
            np.random.seed(seed % 2**32)
            # The CPU's alone: torch.manual_seed would seed every other device as well, for good.
            torch.default_generator.manual_seed(seed)
            yield
        finally:
            random.setstate(of_python)
            np.random.set_state(of_numpy)
            torch.random.set_rng_state(of_torch)
