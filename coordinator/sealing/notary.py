"""Who signs the seals of a store, and where their list is kept a second time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from services.runtime.signing import Signer
from services.runtime.store.base import Store


def _nobody() -> tuple[Signer, ...]:
    return ()


def _nowhere() -> Store | None:
    return None


@dataclass(frozen=True)
class Notary:
    """Asked anew for each seal, as keys are exchanged while processes run."""

    signers: Callable[[], tuple[Signer, ...]] = _nobody
    second_store: Callable[[], Store | None] = _nowhere
    """Opened only once something is sealed: it may be a bucket elsewhere."""


NOBODY = Notary()
"""Seals without a signature, in a list that is kept once."""
