"""How strong the proof is that a job is still what was produced."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from .facts import SealFacts, Seals

_SHOWN_DIGITS = 12
"""Of a key's id, for people."""


class Strength(StrEnum):
    """What it would take to change a job unseen."""

    NONE = "none"
    """Nothing: there is no seal."""
    HASH_CHAIN = "hash chain"
    """To write everything anew that leads to the seal, and the seal."""
    SIGNED = "signed"
    """The private key of one who is trusted."""
    ANCHORED = "anchored"
    """That key, and every later entry in the list of seals, wherever it is kept."""


@dataclass(frozen=True)
class Standing:
    """What the seal of a job is worth, and whose word it is."""

    strength: Strength = Strength.NONE
    key_ids: tuple[str, ...] = ()
    """Trusted keys that signed the seal."""
    entry: int | None = None
    """Its place in the list of seals; None unless that holds."""
    entry_key_ids: tuple[str, ...] = ()
    """Trusted keys that signed the entry."""
    is_in_second_store: bool = False
    manifest_key_ids: tuple[str, ...] = ()
    """Trusted keys with which stages signed manifests of attempts."""

    def to_text(self) -> str:
        return "; ".join(self._parts())

    def _parts(self) -> Iterator[str]:
        yield f"strength: {self.strength}"
        if self.key_ids:
            yield f"sealed by {_short(self.key_ids)}"
        if self.entry is not None:
            second = ", in the second store too" if self.is_in_second_store else ""
            yield f"entry {self.entry} of the list of seals{second}"
        if self.manifest_key_ids:
            yield f"manifests signed by {_short(self.manifest_key_ids)}"


def standing(seals: Seals) -> Standing:
    """What the seal that counts is worth."""
    last = seals.last
    if last is None or last.seal is None:
        return Standing()
    signers = {key_id for signed in seals.manifests for key_id in signed.signature.signed_by}
    anchor = last.anchor
    holds = not anchor.missing and not anchor.broken and not last.anchor_signature.is_forged
    return Standing(
        strength=_strength(last, is_anchored=holds),
        key_ids=last.signature.signed_by,
        entry=anchor.entry.record.sequence if anchor.entry and holds else None,
        entry_key_ids=last.anchor_signature.signed_by,
        is_in_second_store=holds and bool(anchor.second),
        manifest_key_ids=tuple(sorted(signers)),
    )


def _strength(last: SealFacts, *, is_anchored: bool) -> Strength:
    """What nobody signed is not anchored either: whoever can write the seal can write the list."""
    if last.signature.is_forged or not last.signature.signed_by:
        return Strength.HASH_CHAIN
    return Strength.ANCHORED if is_anchored and last.anchor_signature.signed_by else Strength.SIGNED


def _short(key_ids: tuple[str, ...]) -> str:
    return ", ".join(key_id[:_SHOWN_DIGITS] for key_id in key_ids)
