"""Takes the weights out of a module and puts them back; an emptied module keeps its shapes on the meta device."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import torch
from torch import Tensor, nn

from redheart_core.errors import CheckpointError, ConfigError

META = torch.device("meta")


def empty_module(module: nn.Module) -> None:
    """Let go of a module's parameters and saved buffers."""
    with torch.inference_mode(False), torch.no_grad():
        for owner, name, tensor in list(_saved(module)):
            hollow = torch.empty_like(tensor, device=META)
            replaced = nn.Parameter(hollow, tensor.requires_grad) if isinstance(tensor, nn.Parameter) else hollow
            # Through setattr, not the dictionaries: recurrent layers keep a second list of their weights.
            setattr(owner, name, replaced)


def fill_module(module: nn.Module, tensors: Mapping[str, Tensor], *, name: str) -> None:
    """Put weights into a module, sharing their memory.

    Raises:
        CheckpointError: They are not this module's: keys, a shape or a type differ.
    """
    _check(module.state_dict(), tensors, name)
    module.load_state_dict(dict(tensors), strict=True, assign=True)
    for part in module.modules():
        if isinstance(part, nn.RNNBase):
            part.flatten_parameters()


def is_on(module: nn.Module, device: torch.device) -> bool:
    """Return whether all saved weights of a module are on a device."""
    return all(tensor.device == device for _, _, tensor in _saved(module))


def place_unsaved_buffers(module: nn.Module, device: torch.device) -> None:
    """Move the buffers that no checkpoint holds, such as position codes, to where the module will run.

    Raises:
        ConfigError: One has no storage, so that nothing could restore it.
    """
    for owner, name, buffer in list(_unsaved(module)):
        if buffer.device == META:
            raise ConfigError(
                f"The buffer '{name}' of {type(owner).__name__} is in no checkpoint and has no storage. "
                "Load the whole module, which computes it, before it is managed; mapped weights cost nothing unread."
            )
        setattr(owner, name, buffer.to(device))


def _saved(module: nn.Module) -> Iterator[tuple[nn.Module, str, Tensor]]:
    for owner in module.modules():
        yield from ((owner, name, tensor) for name, tensor in owner.named_parameters(recurse=False))
        yield from ((owner, name, tensor) for name, tensor in _buffers(owner) if _is_saved(owner, name))


def _unsaved(module: nn.Module) -> Iterator[tuple[nn.Module, str, Tensor]]:
    for owner in module.modules():
        yield from ((owner, name, tensor) for name, tensor in _buffers(owner) if not _is_saved(owner, name))


def _buffers(owner: nn.Module) -> Iterator[tuple[str, Tensor]]:
    return owner.named_buffers(recurse=False)


def _is_saved(owner: nn.Module, name: str) -> bool:
    return name not in owner._non_persistent_buffers_set


def _check(expected: Mapping[str, Tensor], tensors: Mapping[str, Tensor], name: str) -> None:
    if expected.keys() != tensors.keys():
        differing = ", ".join(sorted(expected.keys() ^ tensors.keys())[:3])
        raise CheckpointError(f"The weights stored for '{name}' are another module's: they differ in {differing}.")
    for key, tensor in tensors.items():
        wanted = expected[key]
        if (tensor.shape, tensor.dtype) != (wanted.shape, wanted.dtype):
            raise CheckpointError(
                f"{name}.{key} is stored as {tuple(tensor.shape)} {tensor.dtype}, the module wants "
                f"{tuple(wanted.shape)} {wanted.dtype}. Use this configuration's weights, or give the store a dtype."
            )
