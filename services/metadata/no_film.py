"""Why nothing is known about a film: each reason under a code, none of them fatal."""

from __future__ import annotations

from services.runtime.stage import Skipped


class NoFilm(Skipped):
    """The catalogue could not be asked, or its answer is of no use; the message says what to do."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        """What the manifest gives it as a warning."""
