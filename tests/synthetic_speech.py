"""Makes speech whose word times are known exactly: Festival's own, from the synthesis itself."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

SAMPLE_RATE = 16_000
VOICE = "cmu_us_slt_arctic_hts"

# One line per written word: start and end of each of its spoken words. Punctuation is a word without times.
_SCRIPT = """
(voice_{voice})
(set! utt (utt.synth (Utterance Text {text})))
(utt.wave.resample utt {rate})
(utt.save.wave utt {audio} 'riff)
(mapcar
  (lambda (token)
    (mapcar
      (lambda (word) (format t "%s %s " (item.feat word "word_start") (item.feat word "word_end")))
      (item.daughters token))
    (format t "\\n"))
  (utt.relation.items utt 'Token))
"""


@dataclass(frozen=True)
class SpokenWord:
    """A word of the text as it was written, and when it is heard."""

    text: str
    start: float
    """Seconds from the first sample."""
    end: float


def is_available() -> bool:
    """Whether Festival is installed."""
    return shutil.which("festival") is not None


def speak(text: str, audio: Path) -> tuple[SpokenWord, ...]:
    """Writes `text`, spoken, to `audio` (16 kHz mono 16-bit WAV); answers with the times of its words."""
    script = _SCRIPT.format(voice=VOICE, text=_quoted(text), rate=SAMPLE_RATE, audio=_quoted(str(audio)))
    said = subprocess.run(["festival", "--pipe"], input=script, capture_output=True, text=True, check=True, timeout=60)
    lines = [line for line in said.stdout.splitlines() if line.strip()]
    return tuple(_spoken(word, line) for word, line in zip(text.split(), lines, strict=True))


def _spoken(word: str, line: str) -> SpokenWord:
    times = [float(time) for time in line.split()]
    starts, ends = times[::2], times[1::2]
    heard = [(start, end) for start, end in zip(starts, ends, strict=True) if end > start]
    return SpokenWord(word, heard[0][0], heard[-1][1])


def _quoted(text: str) -> str:
    """A string as Festival's Scheme writes it."""
    return json.dumps(text, ensure_ascii=False)
