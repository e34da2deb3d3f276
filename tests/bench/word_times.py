"""How far the start of a word is off, against synthetic speech whose word times come from the synthesis itself.

The speech goes through the whole pipeline; only words that were recognised rightly can be compared.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import jiwer
import numpy as np
import soundfile
from numpy.typing import NDArray

from coordinator.app import open_app
from services.documents.transcript import Word
from tests.bench.figures import Figure, median, p95
from tests.bench.here import transcribe
from tests.readings import normalised
from tests.synthetic_speech import SAMPLE_RATE, SpokenWord, speak

MEDIAN_MILLISECONDS = 50.0
PAUSE_SECONDS = 1.5
TEXTS = (
    "The quick brown fox jumps over the lazy dog near the river bank.",
    "She said that nothing could be further from the truth, and then she left.",
    "We walked along the beach until the sun went down behind the hills.",
    "Nobody in the village had ever seen such a large and beautiful ship before.",
    "I think we should leave now, because the last train departs before midnight.",
    "My brother wanted a new bicycle for his birthday, but he got a small radio.",
    "When the music stopped, everyone turned around and looked at the open door.",
    "The weather was cold and windy, so the children stayed at home all day.",
    "Every morning the old man bought fresh bread and a newspaper at the corner shop.",
    "It is easier to build a strong bridge than to explain why it does not fall.",
)


def measure(folder: Path, *, texts: Sequence[str] = TEXTS) -> Iterator[Figure]:
    said = _speech(folder / "speech.wav", texts)
    heard = tuple(transcribe(open_app((folder / "store").as_uri()), folder / "speech.wav").words)
    pairs = list(_same_words(said, heard))
    off = [1000 * abs(word.start - spoken.start) for spoken, word in pairs]
    late = [1000 * (word.start - spoken.start) for spoken, word in pairs]
    yield median("start of a word, off by", off, "ms", MEDIAN_MILLISECONDS)
    yield p95("start of a word, off by", off, "ms")
    yield median("start of a word, late by", late, "ms", note="with its sign: negative is early")
    yield Figure("words that could not be compared", 100 * (1 - len(pairs) / len(said)), "%", note="recognised wrongly")
    aligned = sum(word.timing == "aligned" for _, word in pairs)
    yield Figure("words whose times are estimates", 100 * (1 - aligned / len(pairs)), "%", note="alignment lost them")


def _speech(path: Path, texts: Sequence[str]) -> list[SpokenWord]:
    """Writes the texts, spoken, with pauses around them; answers with every word and its time in the file."""
    silence = np.zeros(round(PAUSE_SECONDS * SAMPLE_RATE), np.float32)
    pieces, words, position = [silence], list[SpokenWord](), len(silence)
    for text in texts:
        spoken, samples = _spoken(path.with_name("sentence.wav"), text)
        offset = position / SAMPLE_RATE
        words += [SpokenWord(word.text, offset + word.start, offset + word.end) for word in spoken]
        pieces += [samples, silence]
        position += len(samples) + len(silence)
    soundfile.write(path, np.concatenate(pieces), SAMPLE_RATE, subtype="PCM_16")
    return words


def _spoken(path: Path, text: str) -> tuple[tuple[SpokenWord, ...], NDArray[np.float32]]:
    words = speak(text, path)
    return words, np.asarray(soundfile.read(path, dtype="float32")[0], np.float32)


def _same_words(said: Sequence[SpokenWord], heard: Sequence[Word]) -> Iterator[tuple[SpokenWord, Word]]:
    """Each word that was said and recognised, by the alignment of the two texts that needs the fewest edits."""
    texts = [normalised(word.text) for word in said], [normalised(word.text) for word in heard]
    for one in jiwer.process_words(" ".join(texts[0]), " ".join(texts[1])).alignments[0]:
        if one.type == "equal":
            spoken = said[one.ref_start_idx : one.ref_end_idx]
            yield from zip(spoken, heard[one.hyp_start_idx : one.hyp_end_idx], strict=True)
