"""Films with subtitles for tests: demux and mux run on a film, and what ffprobe says about the result."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from services.demux.stage import Demux, DemuxSettings
from services.documents.codec import to_json
from services.documents.cues import Cue, Cues
from services.mux.stage import Mux, MuxSettings
from services.runtime.testing import RecordedRun, make_run

SRT = b"1\n00:00:02,000 --> 00:00:03,000\nGood morning\n\n2\n00:00:04,500 --> 00:00:05,250\nGood <i>night</i>\n\n"


def muxed_film(
    folder: Path, film: Path, subtitles: Sequence[bytes], settings: MuxSettings, cues: Sequence[Cues] = (), **clip: Any
) -> RecordedRun[MuxSettings]:
    """The run that put these subtitle files into the film."""
    demux = make_run(Demux(), settings=DemuxSettings(**clip), inputs={"media": film}, folder=folder / "demux")
    Demux().run(demux)
    made = make_run(
        Mux(),
        settings=settings,
        inputs={
            "media": film,
            "media_document": demux.written("media_document"),
            "subtitles": list(subtitles),
            "cues": [to_json(document) for document in cues],
        },
        folder=folder / "mux",
    )
    Mux().run(made)
    return made


def cues_of_srt(language_code: str, *texts: str) -> Cues:
    """The document of SRT, in a language, with the texts of its cues if others are meant."""
    spans = zip((2.0, 4.5), (3.0, 5.25), texts or ("Good morning", "Good night"), strict=True)
    made = (Cue(f"c{n}", n, start, end, (text,), (f"w{n}",)) for n, (start, end, text) in enumerate(spans, 1))
    return Cues(language_code, tuple(made))


def ask(path: Path, entries: str, select: str = "") -> list[str]:
    """What ffprobe says about a written film, one row a line."""
    shown = ["ffprobe", "-v", "error", *(["-select_streams", select] if select else []), "-show_entries", entries]
    rows = subprocess.run([*shown, "-of", "compact=p=0:nk=1", path], capture_output=True, text=True, check=True)
    return [row.rstrip("|") for row in rows.stdout.splitlines() if row]
