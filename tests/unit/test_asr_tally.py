"""What a person is told of the windows."""

from __future__ import annotations

from dataclasses import replace

from services.asr.recognition import Draft, Heard, HeardWord
from services.asr.tally import Tally

SAID = Heard(Draft(" Yes.", (1,), -0.3, 1.0, 0.1), (HeardWord("Yes.", 0, 1, 0.9),))
SUSPICIOUS = replace(SAID.draft, suspicions=("LOG_PROBABILITY", "REPETITION"))


def told(*windows: Heard) -> dict[str, str]:
    tally, warnings = Tally(), dict[str, str]()
    for heard in windows:
        tally.add(heard)
    tally.tell(warnings.__setitem__)
    return warnings


def test_nothing_is_told_if_nothing_was_wrong() -> None:
    assert told(SAID, SAID) == {}


def test_windows_are_counted_by_what_became_of_them() -> None:
    mended = replace(SAID, redecoded=True, replaced=True)
    hopeless = Heard(SUSPICIOUS, redecoded=True, believed=False)
    assert told(SAID, mended, hopeless, replace(SAID, draft=SUSPICIOUS)) == {
        "WINDOWS_REDECODED": "2 of 4 windows were decoded again, 1 to effect",
        "SUSPICIOUS_WINDOWS": "2 of 4 windows are suspicious still: LOG_PROBABILITY 2, REPETITION 2",
        "SPEECH_WITHOUT_WORDS": "1 of 4 windows hold speech and gave no words that can be believed",
    }
