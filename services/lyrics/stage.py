"""Lyrics: takes both stems and the transcript, gives the stretches that are sung, and those of music alone."""

from __future__ import annotations

import logging

from services.documents import codec, lyrics
from services.documents.film import Film
from services.documents.media import Media
from services.documents.transcript import Transcript
from services.runtime.stage import Input, Output, Run, Stage

from .settings import LyricsSettings
from .spans import find_lyrics
from .stems import measure

log = logging.getLogger(__name__)


class Lyrics(Stage[LyricsSettings]):
    name = "lyrics"
    version = "1"
    inputs = (
        Input("transcript"),
        Input("vocals"),
        Input("accompaniment"),
        Input("media"),
        Input("film", optional=True),
    )
    outputs = (Output("lyrics", lyrics.MEDIA_TYPE),)
    libraries = ("numpy", "soundfile")

    def run(self, run: Run[LyricsSettings]) -> None:
        transcript = run.read("transcript", codec.reader(Transcript))
        film = run.read("film", codec.reader(Film)) if run.inputs("film") else None
        track = run.read("media", codec.reader(Media)).speech_audio
        frames = measure(run.input("vocals"), run.input("accompaniment"), track, progress=run.progress)
        found = find_lyrics(transcript, frames, film, run.settings)
        for kind in ("singing", "music"):
            log.info("%s: %s", kind, _summary([span for span in found.spans if span.kind == kind]))
        run.output("lyrics", "lyrics.json").write_bytes(codec.to_json(found))


def _summary(spans: list[lyrics.Span]) -> str:
    return f"{len(spans)} spans, {sum(span.end - span.start for span in spans):.1f} s"
