"""Word error rate of the sample readings, each alone and all as one film, on `cpu-small`.

Both texts are compared as words alone: lower case, no punctuation, hyphens as spaces, "Mr" as "mister".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import jiwer

from coordinator.app import App, open_app
from tests.bench.figures import Figure
from tests.bench.here import transcribe
from tests.film import sample_film
from tests.readings import FOLDER, normalised, spoken

PERCENT = 3.0


def measure(folder: Path, *, readings: Iterable[str] = tuple(spoken()), film: bool = True) -> Iterator[Figure]:
    app = open_app((folder / "store").as_uri())
    said = {name: spoken()[name] for name in readings}
    heard = [_heard(app, FOLDER / f"{name}.flac") for name in said]
    yield _figure(f"{len(said)} readings, each alone", list(said.values()), heard, PERCENT)
    for name, text in zip(said, heard, strict=True):
        yield _figure(f"{name}.flac", [said[name]], [text])
    if film:
        whole = sample_film(folder / "film.mkv")
        yield _figure("sample film", [" ".join(whole.words)], [_heard(app, whole.path)], PERCENT)


def _heard(app: App, film: Path) -> str:
    return normalised(" ".join(word.text for word in transcribe(app, film).words))


def _figure(what: str, said: Sequence[str], heard: Sequence[str], at_most: float | None = None) -> Figure:
    found = jiwer.process_words(list(said), list(heard))
    wrong = f"{found.substitutions} substituted, {found.deletions} missing, {found.insertions} invented"
    words = sum(len(text.split()) for text in said)
    return Figure(what, 100 * found.wer, "%", at_most, note=f"{words} words: {wrong}")
