"""Keeps secrets out of everything that is written: logs, manifests, error messages."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

MASK = "[redacted]"
_SHORTEST = 6
"""Shorter values are too likely to be ordinary words."""


class Redactor:
    """Replaces every known secret, in the forms in which secrets leak: plain, quoted in JSON, in a URL."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        forms = {
            form
            for secret in secrets
            if len(secret) >= _SHORTEST
            for form in (secret, json.dumps(secret)[1:-1], quote(secret, safe=""), repr(secret)[1:-1])
        }
        self._forms = sorted(forms, key=len, reverse=True)

    def text(self, text: str) -> str:
        for form in self._forms:
            text = text.replace(form, MASK)
        return text

    def data(self, data: bytes) -> bytes:
        """The same for bytes that may be text."""
        return self.text(data.decode(errors="surrogateescape")).encode(errors="surrogateescape")

    def tree(self, value: Any) -> Any:
        """`value`, made of what JSON is made of, with every string redacted, keys too."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {self.text(str(key)): self.tree(item) for key, item in value.items()}
        if isinstance(value, (list, tuple)):
            return [self.tree(item) for item in value]
        return value
