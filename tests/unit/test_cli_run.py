"""What the options of `cuegraph run` ask for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from coordinator.cli.main import app
from coordinator.cli.run import Asked


def asked(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> Asked:
    """What a command line asks for; nothing is run."""
    seen: list[Asked] = []

    class Stop(Exception):
        """Enough was seen."""

    def submit(self: Asked, path: Path) -> Any:
        seen.append(self)
        raise Stop

    monkeypatch.setattr(Asked, "submit", submit)
    result = CliRunner().invoke(app, ["run", *arguments])
    assert isinstance(result.exception, Stop), result.output
    return seen[0]


def test_what_is_asked_of_a_film_is_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    request = asked(
        monkeypatch, "film.mkv", "--target", "pt", "--target", "es", "--source-language", "auto", "--title", "Emma",
        "--year", "1996", "--start", "1:00", "--debug", "--from", "asr",
    ).request  # fmt: skip
    assert (request.target_languages, request.source_language, request.title) == (("pt", "es"), "auto", "Emma")
    assert (request.year, request.clip_start, request.debug, request.first_anew) == (1996, 60.0, True, "asr")


def test_the_audio_stream_is_a_setting_of_demux(monkeypatch: pytest.MonkeyPatch) -> None:
    layers = asked(monkeypatch, "film.mkv", "--audio-stream", "0", "--audio-language", "hi").request.layers
    values = {name: value for layer in layers for name, value in layer.values.items()}
    assert values == {"demux.audio_stream": 0, "demux.audio_language": "hi"}


def test_options_that_are_not_given_ask_for_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    one = asked(monkeypatch, "film.mkv")
    assert not [value for layer in one.request.layers for value in layer.values]
    assert (one.files, one.request.target_languages, one.request_for(Path("film.mkv")).first_anew) == ((), (), "")


def test_without_cache_every_stage_is_done_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    one = asked(monkeypatch, "film.mkv", "--no-cache", "--from", "asr")
    assert one.request_for(Path("film.mkv")).first_anew == "demux"


def test_glossaries_come_with_every_film(monkeypatch: pytest.MonkeyPatch) -> None:
    one = asked(monkeypatch, "film.mkv", "--glossary", "terms.tsv", "--glossary", "film=cast.json")
    assert one.files == (("job_glossary", Path("terms.tsv")), ("film_glossary", Path("cast.json")))
