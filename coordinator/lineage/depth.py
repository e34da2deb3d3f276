"""How deep a verification looks: at sizes, at a sample of the bytes, or at all of them."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from services.runtime.artifact import digest_bytes


@dataclass(frozen=True)
class Depth:
    """How much is read. Of every other file the size is asked for."""

    share: float
    """Of the files of each job, how many are read whole: from 0 to 1."""
    seed: int | None = None
    """What a sample is drawn by; None where nothing is drawn."""

    @property
    def name(self) -> str:
        if self.seed is not None:
            return "sample"
        return "full" if self.share else "quick"

    def chosen(self, files: Iterable[str], always: Collection[str]) -> frozenset[str]:
        """Those of the files that are to be read: `always`, and the share of the others, rounded up.

        A file stands at the same place of the draw in every job, so that what many jobs share is read once.
        """
        if self.seed is None:
            return frozenset(files) if self.share else frozenset()
        others = sorted(set(files) - set(always), key=lambda file: digest_bytes(f"{self.seed} {file}".encode()))
        return frozenset(always) | frozenset(others[: math.ceil(self.share * len(others))])


QUICK = Depth(0.0)
FULL = Depth(1.0)
