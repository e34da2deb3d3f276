"""Wrong words with and without decoding suspicious windows again, on sound that is hard to recognise.

The asr stage alone, on the settings of `cpu-small`; all of a recording is taken for speech.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import jiwer
import numpy as np
import soundfile

from services.documents.speech import Speech
from services.documents.transcript import Transcript
from tests import hard_sound
from tests.bench.figures import Figure, median
from tests.hard_sound import Samples
from tests.heard import Ears, regions, text
from tests.readings import RATE, Recording, normalised, record, save, spoken

CUT_SECONDS = 0.25
"""Taken off both ends of a reading: part of its first and last word."""
NOISE_SECONDS = 20.0


@dataclass(frozen=True)
class Case:
    recording: Recording
    speech: Speech


@dataclass(frozen=True)
class Trial:
    """The cases of one kind, heard."""

    said: Sequence[str]
    heard: Sequence[str]
    silent: int
    """Windows that gave no words."""
    seconds: float


def measure(folder: Path, *, rounds: int = 3) -> Iterator[Figure]:
    ears = Ears(folder)
    kinds = dict(_kinds(folder))
    _trial(ears, kinds["clear"][:1], redecode=True)  # loads the model
    ratios: dict[str, list[float]] = {kind: [] for kind in kinds}
    for number in range(rounds):
        for kind, cases in kinds.items():
            once, again = (_trial(ears, cases, redecode=redecode) for redecode in (False, True))
            ratios[kind].append(again.seconds / once.seconds)
            if number == 0:
                yield _figure(f"{kind}: decoded once", once)
                yield _figure(f"{kind}: suspicious windows again", again)
    for kind, values in ratios.items():
        yield median(f"{kind}: time beside decoding once", values, "x")


def _kinds(folder: Path) -> Iterator[tuple[str, list[Case]]]:
    clear = [record(folder / f"{name}.wav", [name], pause=1.0) for name in spoken()]
    long = record(folder / "long.wav", list(spoken())[:4], pause=1.0)
    yield "clear", [_whole(it) for it in [*clear, long]]
    for decibels in (0, -5):
        mixed = [_under(it, hard_sound.music, decibels) for it in [*clear, long]]
        yield f"music at {decibels} dB", [_whole(it) for it in mixed]
    for decibels in (-5, -10):
        yield f"noise at {decibels} dB", [_whole(_under(long, hard_sound.noise, decibels))]
    yield "words cut off at both ends", [_cut(it) for it in clear]
    yield f"{NOISE_SECONDS:.0f} s of noise", [_whole(save(folder / "noise.wav", hard_sound.noise(NOISE_SECONDS)))]
    yield f"{NOISE_SECONDS:.0f} s of music", [_whole(save(folder / "music.wav", hard_sound.music(NOISE_SECONDS)))]
    silence = np.zeros(round(NOISE_SECONDS * RATE), np.float32)
    yield f"{NOISE_SECONDS:.0f} s of silence", [_whole(save(folder / "silence.wav", silence))]


def _under(clear: Recording, sound: Callable[[float], Samples], decibels: float) -> Recording:
    samples = _samples(clear)
    mixed = hard_sound.under(samples, sound(len(samples) / RATE), decibels)
    return save(clear.path.with_name(f"{sound.__name__}{decibels}-{clear.path.name}"), mixed, clear.readings)


def _cut(clear: Recording) -> Case:
    (reading,) = clear.readings
    return Case(clear, regions(clear, (reading.start + CUT_SECONDS, reading.end - CUT_SECONDS)))


def _whole(recording: Recording) -> Case:
    return Case(recording, regions(recording, (0.0, recording.track.end)))


def _samples(recording: Recording) -> Samples:
    return np.asarray(soundfile.read(recording.path, dtype="float32")[0], np.float32)


def _trial(ears: Ears, cases: Sequence[Case], *, redecode: bool) -> Trial:
    begin = time.perf_counter()
    found = [ears.hear(case.recording, case.speech, redecode=redecode)[0] for case in cases]
    seconds = time.perf_counter() - begin
    return Trial([case.recording.words for case in cases], [_words(it) for it in found], _silent(found), seconds)


def _words(found: Transcript) -> str:
    return normalised(text(found))


def _silent(found: Sequence[Transcript]) -> int:
    return sum(len(it.silent) for it in found)


def _figure(what: str, trial: Trial) -> Figure:
    silent = f"; {trial.silent} windows gave no words" if trial.silent else ""
    if not any(trial.said):
        invented = sum(len(words.split()) for words in trial.heard)
        return Figure(what, invented, "words invented", note=f"nothing is said{silent}")
    found = jiwer.process_words(list(trial.said), list(trial.heard))
    wrong = f"{found.substitutions} substituted, {found.deletions} missing, {found.insertions} invented"
    words = sum(len(said.split()) for said in trial.said)
    return Figure(what, 100 * found.wer, "%", note=f"{words} words: {wrong}{silent}")
