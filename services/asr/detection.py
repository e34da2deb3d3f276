"""Tells which language is spoken, from several windows together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from services.runtime.errors import LanguageUncertain

from .languages import UNSPACED, bcp_47, whisper_code
from .recognition import Recogniser, Stretch

_NAMED = 3
"""Candidates that a refusal names."""
UNKNOWN = "und"
"""BCP-47 for a language that nobody knows."""


@dataclass(frozen=True)
class Language:
    code: str
    """BCP-47."""
    probability: float | None = None
    """None if it was not the model that told it."""

    @property
    def whisper(self) -> str:
        """What Whisper calls it."""
        return whisper_code(self.code)

    @property
    def spaced(self) -> bool:
        """Whether it is written with spaces between words."""
        return self.code not in UNSPACED


def listened(recogniser: Recogniser, stretches: Iterable[Stretch], check: Callable[[], None]) -> dict[str, float]:
    """The probability of each language by its BCP-47 code, from stretches of a recording together.

    `check` is called before each and may raise.
    """
    windows = []
    for stretch in stretches:
        check()
        (found,) = recogniser.languages(recogniser.encode([stretch.samples]))
        windows.append((stretch.speech_seconds, {bcp_47(code): value for code, value in found.items()}))
    return average(windows)


def average(windows: Sequence[tuple[float, Mapping[str, float]]]) -> dict[str, float]:
    """Mean probability of each language over windows, each weighted with the seconds in which somebody speaks."""
    total = sum(seconds for seconds, _ in windows)
    sums: dict[str, float] = defaultdict(float)
    for seconds, probabilities in windows:
        for language, probability in probabilities.items():
            sums[language] += probability * seconds / total
    return dict(sums)


def among(probabilities: Mapping[str, float], allowed: Collection[str]) -> dict[str, float]:
    """The probabilities if one of the allowed languages is spoken; all of them if none is named."""
    if not allowed:
        return dict(probabilities)
    kept = {language: probabilities.get(language, 0.0) for language in allowed}
    total = sum(kept.values())
    return {language: value / total for language, value in kept.items()} if total else kept


def most_probable(probabilities: Mapping[str, float], at_least: float) -> Language:
    """The language that is spoken. Raises LanguageUncertain if the best one's is below `at_least`."""
    ranked = sorted(probabilities.items(), key=lambda it: (-it[1], it[0]))
    language, probability = ranked[0]
    if probability < at_least:
        best = ", ".join(f"{name} {value:.2f}" for name, value in ranked[:_NAMED])
        raise LanguageUncertain(
            f"the language cannot be told: {best}, and asr.language_threshold is {at_least}; "
            "set asr.language, name asr.language_candidates, or lower the threshold"
        )
    return Language(language, round(probability, 6))
