"""Names with and without a glossary: the asr stage alone, on the settings of `cpu-small`.

Sixteen sentences of Festival, twelve of them with names; four in a recording. The glossary holds the names, and a
hundred that nobody says.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jiwer
import numpy as np
import soundfile

from services.documents.glossary import Glossary
from tests.bench.figures import Figure, median
from tests.heard import Ears, glossary, text
from tests.readings import RATE, Reading, Recording, normalised, record, save, spoken
from tests.spoken_names import NAMES, SENTENCES, UNSAID
from tests.synthetic_speech import speak

MOST_TERMS = (4, 8, 16, 32, 64)
PER_RECORDING = 4
PAUSE_SECONDS = 0.5


@dataclass(frozen=True)
class Trial:
    """The recordings, heard."""

    said: Sequence[str]
    texts: Sequence[str]
    seconds: float


def measure(folder: Path, *, rounds: int = 3) -> Iterator[Figure]:
    ears, films = Ears(folder), list(_recordings(folder))
    readings = [record(folder / f"{name}.wav", [name], pause=1.0) for name in spoken()]
    terms = _terms()
    _trial(ears, readings[:1], None)  # loads the model
    yield from _figures("names, no glossary", _trial(ears, films, None))
    for most in MOST_TERMS:
        yield from _figures(f"names, {most} terms a window", _trial(ears, films, terms, glossary_terms=most))
    yield from _figures("readings without these names, no glossary", _trial(ears, readings, None))
    yield from _figures("readings without these names, glossary", _trial(ears, readings, terms))
    for what, sounds in (("names", films), ("readings without these names", readings)):
        yield median(f"{what}: time beside no glossary", _ratios(ears, sounds, terms, rounds), "x")


def _ratios(ears: Ears, sounds: Sequence[Recording], terms: Glossary, rounds: int) -> list[float]:
    pairs = [(_trial(ears, sounds, None), _trial(ears, sounds, terms)) for _ in range(rounds)]
    return [led.seconds / plain.seconds for plain, led in pairs]


def _terms() -> Glossary:
    """All names in an order that tells nothing."""
    names = [*NAMES, *UNSAID]
    random.Random(1).shuffle(names)
    return glossary(names)


def _recordings(folder: Path) -> Iterator[Recording]:
    sentences = list(SENTENCES)
    for first in range(0, len(sentences), PER_RECORDING):
        yield _recording(folder / f"names-{first}.wav", sentences[first : first + PER_RECORDING])


def _recording(path: Path, sentences: Sequence[str]) -> Recording:
    silence = np.zeros(round(PAUSE_SECONDS * RATE), np.float32)
    pieces, readings = [silence], []
    for sentence in sentences:
        words = speak(sentence, path.with_name("sentence.wav"))
        pieces += [np.asarray(soundfile.read(path.with_name("sentence.wav"), dtype="float32")[0], np.float32), silence]
        readings.append(Reading(sentence, words[0].start, words[-1].end))
    return save(path, np.concatenate(pieces), tuple(readings))


def _trial(ears: Ears, sounds: Sequence[Recording], terms: Glossary | None, **settings: Any) -> Trial:
    begin = time.perf_counter()
    texts = [text(ears.hear(sound, terms=terms, **settings)[0]) for sound in sounds]
    return Trial([sound.words for sound in sounds], texts, time.perf_counter() - begin)


def _figures(what: str, trial: Trial) -> Iterator[Figure]:
    found = jiwer.process_words([normalised(it) for it in trial.said], [normalised(it) for it in trial.texts])
    wrong = f"{found.substitutions} substituted, {found.deletions} missing, {found.insertions} invented"
    yield Figure(f"{what}: wrong words", 100 * found.wer, "%", note=wrong)
    pairs = list(zip(trial.said, trial.texts, strict=True))
    said = [(name, heard) for words, heard in pairs for name in NAMES if name in words]
    if said:
        missed = sum(name not in heard for name, heard in said)
        yield Figure(f"{what}: names missed", 100 * missed / len(said), "%", note=f"{missed} of {len(said)}")
    invented = sum(name in heard and name not in words for words, heard in pairs for name in (*NAMES, *UNSAID))
    yield Figure(f"{what}: names invented", invented, "names")
