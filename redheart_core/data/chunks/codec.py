"""Vectors in eight bits: one signed byte per number, one scale per row and run of 256 numbers.

Each row is rounded by itself, so appending to a chunk never rounds an old row again. A run of 256 has its own scale
because a pooled state is three vectors side by side, whose sizes differ.

Dimensions: N rows, D numbers of a vector, G runs of up to 256 numbers, R = 256 numbers of a run.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from redheart_core.errors import DataError

Floats = npt.NDArray[np.float32]
Codes = npt.NDArray[np.int8]

RUN = 256
LARGEST_CODE = 127
LARGEST_NUMBER = 1e30
"""Far beyond any state of a sound encoder, and far enough from the end of float32 for the arithmetic below."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class QuantisedRows:
    """Rows in eight bits."""

    codes_ND: Codes
    scales_NG: Floats

    def __len__(self) -> int:
        return len(self.codes_ND)

    def __getitem__(self, part: slice | npt.NDArray[np.intp]) -> QuantisedRows:
        return QuantisedRows(codes_ND=self.codes_ND[part], scales_NG=self.scales_NG[part])

    @property
    def num_bytes(self) -> int:
        """Return what codes and scales take."""
        return self.codes_ND.nbytes + self.scales_NG.nbytes


def num_runs(dimension: int) -> int:
    """Return the number of scales of a row, G."""
    return -(-dimension // RUN)


def saved_share(dimension: int) -> float:
    """Return the share of float32's bytes that codes and scales save; 73 % and more from 50 numbers on."""
    return 1 - (dimension + 4 * num_runs(dimension)) / (4 * dimension)


def quantise(vectors_ND: Floats) -> QuantisedRows:
    """Round each number to the nearest of 255 steps; off by at most half a step, which is the scale.

    Raises:
        DataError: A number is infinite, undefined or beyond 1e30; the row is named.
    """
    _require_finite(vectors_ND)
    runs_NGR = _in_runs(vectors_ND.astype(np.float32, copy=False))
    scales_NG1 = np.abs(runs_NGR).max(axis=2, keepdims=True) / np.float32(LARGEST_CODE)
    # Where all numbers of a run are (almost) zero the scale is zero: any step represents them.
    steps_NG1 = np.where(scales_NG1 > 0, scales_NG1, np.float32(1))
    rounded_NGR = np.clip(np.rint(runs_NGR / steps_NG1), -LARGEST_CODE, LARGEST_CODE)
    codes_ND = rounded_NGR.astype(np.int8).reshape(len(vectors_ND), -1)[:, : vectors_ND.shape[1]]
    return QuantisedRows(codes_ND=np.ascontiguousarray(codes_ND), scales_NG=steps_NG1[:, :, 0])


def dequantise(rows: QuantisedRows) -> Floats:
    """Return the numbers (N, D) that the codes stand for."""
    dimension = rows.codes_ND.shape[1]
    return rows.codes_ND * np.repeat(rows.scales_NG, RUN, axis=1)[:, :dimension]


def joined(first: QuantisedRows, second: QuantisedRows) -> QuantisedRows:
    """Return the rows of both, as they are."""
    return QuantisedRows(
        codes_ND=np.concatenate([first.codes_ND, second.codes_ND]),
        scales_NG=np.concatenate([first.scales_NG, second.scales_NG]),
    )


def _in_runs(vectors_ND: Floats) -> Floats:
    """Cut rows into (N, G, R); the last run is filled with zeros, which change neither its maximum nor its codes."""
    num_rows, dimension = vectors_ND.shape
    runs = num_runs(dimension)
    filled_ND = np.pad(vectors_ND, ((0, 0), (0, runs * RUN - dimension)))
    return filled_ND.reshape(num_rows, runs, RUN)


def _require_finite(vectors_ND: Floats) -> None:
    with np.errstate(invalid="ignore"):
        sound_N = (np.abs(vectors_ND) <= LARGEST_NUMBER).all(axis=1)
    if not sound_N.all():
        row = int(np.argmin(sound_N))
        raise DataError(
            f"Row {row} of the {len(vectors_ND)} vectors holds a number that is undefined, infinite or beyond "
            f"{LARGEST_NUMBER:g}. Look at the encoder's output for that item."
        )
