"""Tracks of a film say what they are: language, title, default and forced flags, from the cues documents."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from services.documents.cues import Cues
from services.mux.stage import MuxSettings
from services.runtime.errors import CuegraphError
from services.runtime.media import probe
from services.runtime.testing import RecordedRun
from tests.film import ffmpeg
from tests.muxed_films import SRT, ask, cues_of_srt, muxed_film
from tests.odd_media import Beep, beep_film

PORTUGUESE = SRT.replace(b"Good morning", b"Bom dia").replace(b"Good <i>night</i>", b"<i>Boa noite</i>")
SPANISH = SRT.replace(b"Good morning", "¡Buenos días!".encode()).replace(b"Good <i>night</i>", b"<i>Buenas</i> noches")
DOCUMENTS = (
    cues_of_srt("en"),
    cues_of_srt("pt-BR", "Bom dia", "Boa noite"),
    cues_of_srt("es", "¡Buenos días!", "Buenas noches"),
)
TITLE_TAGS = {"mkv": "title", "mp4": "handler_name"}


@pytest.fixture
def film(tmp_path: Path) -> Path:
    return beep_film(tmp_path / "film.mkv", Beep(codec="aac"))


def muxed(film: Path, settings: MuxSettings | None = None) -> RecordedRun[MuxSettings]:
    """A film with English, Portuguese and Spanish subtitles."""
    return muxed_film(film.parent, film, [SRT, PORTUGUESE, SPANISH], settings or MuxSettings(), DOCUMENTS)


def tracks(path: Path) -> list[str]:
    entries = f"stream_tags=language,{TITLE_TAGS[path.suffix[1:]]}:stream_disposition=default,forced"
    return ask(path, entries, "s")


@pytest.mark.parametrize("container", ["mkv", "mp4"])
def test_each_track_has_the_language_of_its_cues_document(film: Path, container: str) -> None:
    assert tracks(muxed(film).written(container)) == [
        "1|0|eng|English",
        "0|0|por|Portuguese (BR)",
        "0|0|spa|Spanish",
    ]


@pytest.mark.parametrize("container", ["mkv", "mp4"])
def test_default_forced_and_titles_are_as_asked(film: Path, container: str) -> None:
    asked = MuxSettings(default_language="es", forced=("pt",), titles=("en=Original",))
    assert tracks(muxed(film, asked).written(container)) == [
        "0|0|eng|Original",
        "0|1|por|Portuguese (BR) (forced)",
        "1|0|spa|Spanish",
    ]


def test_a_default_language_without_a_track_is_told(film: Path) -> None:
    run = muxed(film, MuxSettings(default_language="fr"))
    assert [code for code, _ in run.warnings] == ["DEFAULT_TRACK_MISSING"]
    assert tracks(run.written("mkv"))[0].startswith("1|")


def test_an_unknown_language_is_written_as_such(film: Path) -> None:
    run = muxed_film(film.parent, film, [SRT], MuxSettings(), [cues_of_srt("und")])
    assert tracks(run.written("mp4")) == ["1|0|und|Unknown language"]
    assert ask(run.written("mkv"), "stream_tags=title", "s") == ["Unknown language"]


@pytest.mark.parametrize("container", ["mkv", "mp4"])
def test_italics_of_lyrics_survive(film: Path, container: str) -> None:
    text = film.with_suffix(".srt")
    ffmpeg("-i", str(muxed(film).written(container)), "-map", "0:s:1", str(text))
    assert re.findall("<i>.*</i>", text.read_text()) == ["<i>Boa noite</i>"]


@pytest.mark.parametrize(
    ("documents", "languages", "code"),
    [
        ((), (), "REQUEST_INVALID"),
        (DOCUMENTS[:2], (), "REQUEST_INVALID"),
        ((DOCUMENTS[0], DOCUMENTS[2], DOCUMENTS[1]), (), "DOCUMENT_INVALID"),
        ((*DOCUMENTS[:2], cues_of_srt("xx", "¡Buenos días!", "Buenas noches")), (), "NAME_UNKNOWN"),
    ],
    ids=["neither", "too few", "another order", "language"],
)
def test_documents_that_do_not_fit_the_files_are_refused(
    film: Path, documents: tuple[Cues, ...], languages: tuple[str, ...], code: str
) -> None:
    with pytest.raises(CuegraphError) as failure:
        muxed_film(film.parent, film, [SRT, PORTUGUESE, SPANISH], MuxSettings(languages=languages), documents)
    assert failure.value.code == code


def test_a_refusal_says_what_to_give(film: Path) -> None:
    with pytest.raises(CuegraphError, match="cues document") as failure:
        muxed_film(film.parent, film, [SRT], MuxSettings())
    assert "mux.languages" in str(failure.value)


def test_a_clip_is_compared_with_the_part_of_the_document_that_it_shows(film: Path) -> None:
    run = muxed_film(film.parent, film, [SRT], MuxSettings(), [cues_of_srt("en")], start=2.5, end=4.0)
    assert len(ask(run.written("mkv"), "packet=pts_time", "s")) == 1


def test_titles_of_the_film_s_own_streams_are_kept(film: Path) -> None:
    spoken = film.with_name("spoken.mkv")
    ffmpeg("-i", str(film), "-c", "copy", "-metadata:s:a:0", "title=Commentary", str(spoken))
    run = muxed_film(film.parent, spoken, [SRT], MuxSettings(), [cues_of_srt("en")])
    assert probe(run.written("mkv")).of_kind("audio")[0].title == "Commentary"
    assert probe(run.written("mp4")).of_kind("audio")[0].handler_name == "Commentary"
