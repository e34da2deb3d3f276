"""The limits of every measure: docs/quality.md says how they were chosen. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from services.documents.quality import Measure, Reason, Verdict


@dataclass(frozen=True)
class Limit:
    """Beyond `review` a person should look; beyond `bad` nobody should use it."""

    review: float
    bad: float
    message: str
    """Filled with the value and the limit."""

    @property
    def is_least(self) -> bool:
        """Whether small values are the bad ones."""
        return self.bad < self.review

    def verdict(self, value: float) -> Verdict:
        if self._is_beyond(value, self.bad):
            return "bad"
        return "review" if self._is_beyond(value, self.review) else "good"

    def _is_beyond(self, value: float, limit: float) -> bool:
        return value < limit if self.is_least else value > limit


LIMITS = {
    "REPETITION": Limit(0.25, 0.45, "{value:.0%} of it says the same; at most {limit:.0%} should"),
    "REPEATED_SHARE": Limit(0.3, 0.6, "{value:.0%} of it (lines of three words or more) is said elsewhere too"),
    "COMPRESSION": Limit(4.5, 8.0, "its text shrinks to 1/{value:.1f}: it repeats itself"),
    "WRONG_SCRIPT": Limit(0.2, 0.5, "{value:.0%} of its letters are of another script than its language"),
    "WRONG_LANGUAGE": Limit(0.5, 0.75, "of its small words {value:.0%} are of another language than it claims"),
    "UNTRANSLATED": Limit(0.05, 0.25, "{value:.0%} of its sentences are not translated"),
    "CUES_PER_MINUTE": Limit(4.0, 1.0, "{value:.1f} cues per minute of speech; there should be {limit:.0f} or more"),
    "COVERAGE": Limit(0.5, 0.2, "words cover {value:.0%} of the speech; they should cover {limit:.0%}"),
    "READING_SPEED": Limit(0.25, 0.7, "{value:.0%} of its cues are too fast to read"),
    "REMOVED": Limit(0.2, 0.6, "{value:.0%} of the words were made up and removed"),
    "SUSPICIOUS": Limit(0.35, 0.75, "{value:.0%} of the windows were suspicious to recognition"),
    "EMPTY_TRACK": Limit(0.0, 0.0, "it is empty, and the transcript is not"),
    "WORDS_WITHOUT_SPEECH": Limit(0.0, 0.0, "it has {value:.0f} words, and nobody speaks"),
}


def reason(measure: Measure) -> Reason | None:
    """The reason that a measure gives, or None if it is within its limits."""
    limit = LIMITS[measure.code]
    verdict = limit.verdict(measure.value)
    if verdict == "good":
        return None
    message = f"{measure.track}: {limit.message.format(value=measure.value, limit=limit.review)}"
    return Reason(measure.code, measure.track, verdict, measure.value, limit.review, message)
