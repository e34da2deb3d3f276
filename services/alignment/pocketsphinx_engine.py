"""PocketSphinx: forced alignment of English words on a CPU, much faster than real time."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from services.runtime.errors import ModelError

from .aligner import SAMPLE_RATE, Samples, Span
from .pronunciation import guess, plain_letters

_FRAMES_PER_SECOND = 100
_SHORTEST = SAMPLE_RATE * 41 // 1600
"""Samples in one analysis window of 25.6 ms: less sound is no sound to the front end."""
_BEAM = 1e-150
"""How much less likely than the best a path may be. The default, 1e-48, is made for search among all words and
loses the only path there is in noise; with one path to follow, a wide beam costs little."""
_LEAST_LIKELY = -45
"""How much less likely than the best sound known the sounds of a text may be, per frame on average, in PocketSphinx's
own unit. Measured: -9 to -17 for what was said and -47 to -81 for what was not; -19 to -42 for what was said in white
noise 10 dB below it."""
_FILLERS = ("<", "[", "(", "+")
"""What the names of silences, noises and empty transitions begin with."""


class PocketSphinxAligner:
    """A loaded acoustic model with its dictionary."""

    def __init__(self, decoder: Any) -> None:
        self._decoder = decoder
        self._lock = threading.Lock()

    def align(self, samples: Samples, tokens: Sequence[str]) -> Sequence[Span | None]:
        """See `Aligner`. A word in no dictionary is aligned by a guess at its sound; one that is not written in
        English letters is left out and None."""
        with self._lock:
            entries = [self._entry(plain_letters(token)) for token in tokens]
            spans = iter(self._spans(samples, [entry for entry in entries if entry]))
            return [next(spans) if entry else None for entry in entries]

    def _entry(self, word: str) -> str | None:
        """The word as the dictionary has it, added if need be; None if its sound cannot even be guessed."""
        if not self._decoder.lookup_word(word):
            phones = self._phones(word)
            if not phones:
                return None
            self._decoder.add_word(word, phones, False)
        return word

    def _phones(self, word: str) -> str | None:
        """Sounds of a word that is not in the dictionary: of `Nakatomi's` those of `Nakatomi`, and one more."""
        stem, _, ending = word.rpartition("'")
        if not stem or ending != "s":
            return guess(word)
        known = self._decoder.lookup_word(stem) or guess(stem)
        return f"{known} Z" if known else None

    def _spans(self, samples: Samples, entries: Sequence[str]) -> Sequence[Span | None]:
        """One span per entry, or all None if no path through the sound says exactly these words, or none likely."""
        found = list(self._heard(samples, entries)) if entries and len(samples) >= _SHORTEST else []
        if [word for word, _ in found] != list(entries) or not self._is_likely(samples):
            return [None] * len(entries)
        return [span for _, span in found]

    def _heard(self, samples: Samples, entries: Sequence[str]) -> Iterator[tuple[str, Span]]:
        """The words of the best path, without silences."""
        self._decoder.set_align_text(" ".join(entries))
        self._listen(samples)
        for segment in self._decoder.seg() or ():
            if not segment.word.startswith(_FILLERS):
                yield segment.word.partition("(")[0], _span(segment.start_frame, segment.end_frame)

    def _is_likely(self, samples: Samples) -> bool:
        """Whether these words are what is said: the best path for a wrong text is a path too, only a bad one.

        A second pass, over the states of the path just found, tells how well each fits. Where it finds no way through
        noise it says nothing against them.
        """
        self._decoder.set_alignment()
        self._listen(samples)
        words = [word for word in self._decoder.get_alignment() or () if not word.name.startswith(_FILLERS)]
        frames: int = sum(word.duration for word in words)
        score: int = sum(word.score for word in words)
        return score >= _LEAST_LIKELY * frames

    def _listen(self, samples: Samples) -> None:
        self._decoder.reinit_feat()  # else noise estimates of the last call go on, and results depend on order
        self._decoder.start_utt()
        try:
            self._decoder.process_raw(_pcm(samples), full_utt=True)
        finally:
            self._decoder.end_utt()


def load(model: Path) -> PocketSphinxAligner:
    """Loads the acoustic model in `model`/en-us with its dictionary. Raises ModelError if that is not one."""
    from pocketsphinx import Decoder  # noqa: PLC0415  heavy: loaded when a run needs it

    try:
        decoder = Decoder(
            hmm=str(model / "en-us"),
            dict=str(model / "cmudict-en-us.dict"),
            lm=None,
            beam=_BEAM,
            pbeam=_BEAM,
            wbeam=_BEAM,
            bestpath=False,  # the lattice would drop words at the end of noisy sound
            loglevel="FATAL",
        )
    except RuntimeError as error:
        raise ModelError(f"{model} holds no PocketSphinx model; pull the model again") from error
    return PocketSphinxAligner(decoder)


def _span(first_frame: int, last_frame: int) -> Span:
    """From the beginning of the first frame to the end of the last: `last_frame` belongs to the word."""
    return Span(first_frame / _FRAMES_PER_SECOND, (last_frame + 1) / _FRAMES_PER_SECOND)


def _pcm(samples: Samples) -> bytes:
    """16-bit samples in this machine's byte order."""
    return np.round(samples * 32768).clip(-32768, 32767).astype(np.int16).tobytes()
