"""Counts what became of the windows, and tells it at the end. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from .recognition import Heard


@dataclass
class Tally:
    windows: int = 0
    redecoded: int = 0
    replaced: int = 0
    """Of those decoded again: where a new decoding was chosen."""
    silent: int = 0
    suspicions: Counter[str] = field(default_factory=Counter)
    """Of the decodings that were chosen."""
    suspicious: int = 0

    def add(self, heard: Heard) -> None:
        self.windows += 1
        self.redecoded += heard.redecoded
        self.replaced += heard.replaced
        self.silent += not heard.words
        self.suspicious += bool(heard.draft.suspicions)
        self.suspicions.update(heard.draft.suspicions)

    def tell(self, warn: Callable[[str, str], None]) -> None:
        """Warns of what a person should know."""
        if self.redecoded:
            warn("WINDOWS_REDECODED", f"{self._of(self.redecoded)} were decoded again, {self.replaced} to effect")
        if self.suspicious:
            found = ", ".join(f"{code} {count}" for code, count in sorted(self.suspicions.items()))
            warn("SUSPICIOUS_WINDOWS", f"{self._of(self.suspicious)} are suspicious still: {found}")
        if self.silent:
            warn("SPEECH_WITHOUT_WORDS", f"{self._of(self.silent)} hold speech and gave no words that can be believed")

    def _of(self, count: int) -> str:
        return f"{count} of {self.windows} windows"
