"""Settings come from where they are said to come from, and what cannot be used is refused by name."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from services.runtime import settings
from services.runtime.errors import CuegraphError
from services.runtime.layers import Layer, effective, json_schema, settle
from services.runtime.manifest import SettingRecord


@dataclass(frozen=True)
class Knobs:
    size: int = 1
    """How many."""
    ratio: float = 0.5
    """How much."""
    names: tuple[str, ...] = ()
    """Who."""
    text: str = ""
    """What."""
    limit: float | None = None
    """Until when, in seconds."""


KNOWN: dict[str, type[Any]] = {"knob": Knobs}


def resolved(*layers: Layer) -> dict[str, SettingRecord]:
    return settle(layers, KNOWN)["knob"]


def test_the_first_layer_that_has_a_value_wins() -> None:
    line = settings.command_line_layer(["knob.size=3"])
    found = resolved(
        line, Layer("job file", {"knob.size": 2, "knob.text": "file"}), Layer("pipeline", {"knob.text": "p"})
    )
    assert found == {"size": SettingRecord(3, "command line"), "text": SettingRecord("file", "job file")}


def test_the_environment_gives_settings_by_stage_and_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUEGRAPH_KNOB_SIZE", "7")
    assert resolved(settings.environment_layer(["knob"])) == {"size": SettingRecord(7, "environment")}


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ("knob.size=5", "size", 5),
        ("knob.ratio=0.25", "ratio", 0.25),
        ("knob.names=a,b", "names", ["a", "b"]),
        ('knob.names=["a, b"]', "names", ["a, b"]),
        ("knob.text=one, two=three", "text", "one, two=three"),
        ("knob.text=5", "text", "5"),
        ("knob.limit=90", "limit", 90.0),
    ],
)
def test_the_command_line_gives_values_of_every_type(text: str, name: str, value: object) -> None:
    assert resolved(settings.command_line_layer([text]))[name].value == value


def test_a_job_file_has_a_table_per_stage(tmp_path: Path) -> None:
    path = tmp_path / "job.toml"
    path.write_text('[knob]\nsize = 4\nnames = ["x"]\n')
    found = resolved(settings.file_layer(path))
    assert (found["size"], found["names"].value) == (SettingRecord(4, "job file"), ["x"])


@pytest.mark.parametrize(
    ("assignment", "code", "words"),
    [
        ("knob.sise=1", "NAME_UNKNOWN", "did you mean 'size'"),
        ("knop.size=1", "NAME_UNKNOWN", "did you mean 'knob'"),
        ("knob.size=many", "SETTING_INVALID", "knob.size"),
        ("knob.ratio=nan", "SETTING_INVALID", "knob.ratio"),
        ("knob.size", "SETTING_INVALID", "stage.setting=value"),
        ("size=1", "SETTING_INVALID", "stage.setting=value"),
        ("knob.names=[1", "SETTING_INVALID", "knob.names"),
    ],
)
def test_what_cannot_be_used_is_refused_by_name(assignment: str, code: str, words: str) -> None:
    with pytest.raises(CuegraphError) as error:
        resolved(settings.command_line_layer([assignment]))
    assert error.value.code == code
    assert words in str(error.value)


def test_a_value_that_cannot_be_used_says_where_it_came_from(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUEGRAPH_KNOB_SIZE", "")
    with pytest.raises(CuegraphError, match="environment") as error:
        resolved(settings.environment_layer(["knob"]))
    assert error.value.code == "SETTING_INVALID"


@pytest.mark.parametrize("content", [b"[knob", b"\xff\xfe", b"size = 3", None])
def test_a_job_file_that_cannot_be_read_is_refused(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "job.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(CuegraphError) as error:
        settings.file_layer(path)
    assert error.value.code == "SETTING_INVALID"
    assert str(path) in str(error.value)


def test_defaults_are_filled_in_and_say_so() -> None:
    chosen, records = effective("knob", Knobs, {"size": SettingRecord(2, "job file")})
    assert chosen == Knobs(size=2)
    assert records["size"].source == "job file"
    assert records["ratio"] == SettingRecord(0.5, "default")


def test_the_schema_of_settings_carries_their_docstrings() -> None:
    assert json_schema(Knobs)["properties"]["size"]["description"] == "How many."


@pytest.mark.parametrize("name", settings.profiles())
def test_every_profile_fits_the_stages(name: str) -> None:
    from coordinator.admission import stage_settings
    from services.runtime.registry import STAGES, load_stage

    for stage in STAGES:
        stage_settings(load_stage(stage), name)


def test_secrets_of_the_environment_are_known_by_their_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_API_KEY", "sesame-1")
    monkeypatch.setenv("DB_PASSWORD", "sesame-2")
    monkeypatch.setenv("CUEGRAPH_STORE", "memory://")
    process = settings.process_settings()
    assert {"sesame-1", "sesame-2"} <= set(process.secrets)
    assert "memory://" not in process.secrets
    assert "sesame" not in repr(process)


def test_the_address_and_the_key_of_a_service_come_from_the_environment_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUEGRAPH_TMDB_ADDRESS", "http://127.0.0.1:1/3/")
    monkeypatch.setenv("CUEGRAPH_TMDB_API_KEY", "abcdef0123\n")
    access = settings.service_access("tmdb", "https://api.example.org/3")
    assert (access.address, access.key) == ("http://127.0.0.1:1/3", "abcdef0123")
    assert "abcdef0123" not in repr(access)
    assert "abcdef0123" in settings.process_settings().secrets


def test_a_service_that_nobody_names_has_its_usual_address_and_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CUEGRAPH_TMDB_ADDRESS", raising=False)
    monkeypatch.delenv("CUEGRAPH_TMDB_API_KEY", raising=False)
    access = settings.service_access("tmdb", "https://api.example.org/3")
    assert (access.address, access.key) == ("https://api.example.org/3", "")


@pytest.mark.parametrize("address", ["ftp://films", "films", "https://user:pass@films", "https://films/?key=1"])
def test_an_address_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("CUEGRAPH_TMDB_ADDRESS", address)
    with pytest.raises(CuegraphError) as refused:
        settings.service_access("tmdb", "https://api.example.org/3")
    assert refused.value.code == "SETTING_INVALID"


def test_a_service_is_reached_by_the_proxy_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CUEGRAPH_TMDB_ADDRESS", raising=False)
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:3128")
    monkeypatch.setenv("no_proxy", "films.example.org")
    assert settings.service_access("tmdb", "https://api.example.org/3").proxy == "http://127.0.0.1:3128"
    assert settings.service_access("tmdb", "https://films.example.org/3").proxy == ""
