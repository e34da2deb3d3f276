"""The start-up probe: finds out whether a store keeps the one promise that everything rests on."""

from __future__ import annotations

import secrets
import threading
from concurrent.futures import ThreadPoolExecutor

from ..errors import AlreadyExists, StoreRefused
from .base import Store

_WRITERS = 8


def probe(store: Store, address: str = "") -> None:
    """Lets several writers create one key at once. Raises StoreRefused unless exactly one of them succeeds.

    `address` says in the message where the store is, if its URL alone does not.
    """
    key = f"probe/{secrets.token_hex(16)}"
    offers = [f"{key} by writer {number}".encode() for number in range(_WRITERS)]
    try:
        fault = _fault(store, key, offers, _race(store, key, offers))
    finally:
        store.delete(key)
    if fault:
        raise StoreRefused(
            f"the store {address or store.url} does not honour conditional writes (`If-None-Match: *`): {fault}. "
            "Finished work could be overwritten there; use a server that has them, such as SeaweedFS"
        )


def _race(store: Store, key: str, offers: list[bytes]) -> list[bytes]:
    """The offers whose writers were told that theirs was written."""
    start = threading.Barrier(len(offers))

    def wins(offer: bytes) -> bool:
        start.wait()
        return _creates(store, key, offer)

    with ThreadPoolExecutor(len(offers)) as pool:
        return [offer for offer, won in zip(offers, pool.map(wins, offers), strict=True) if won]


def _fault(store: Store, key: str, offers: list[bytes], winners: list[bytes]) -> str | None:
    if len(winners) != 1:
        return f"of {len(offers)} writers who created one key at once, {len(winners)} succeeded"
    if store.get(key) != winners[0]:
        return "the object does not hold what the one writer wrote who succeeded"
    if _creates(store, key, winners[0]):
        return "an object that existed was created again"
    return None


def _creates(store: Store, key: str, data: bytes) -> bool:
    try:
        store.create(key, data)
    except AlreadyExists:
        return False
    return True
