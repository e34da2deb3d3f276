"""The metadata stage against a server that speaks as TMDB does: what it learns, what it keeps, how it gives up."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from services.documents.codec import from_json
from services.documents.film import Film
from services.metadata.stage import Metadata, MetadataSettings
from services.runtime import settings as environment
from services.runtime.answers import Answers
from services.runtime.errors import Cancelled, CuegraphError
from services.runtime.execute import execute
from services.runtime.manifest import Manifest, SettingRecord, Status
from services.runtime.node import Node
from services.runtime.progress import Progress
from services.runtime.redaction import Redactor
from services.runtime.request import StageRequest
from services.runtime.stage import Skipped
from services.runtime.store import blobs
from services.runtime.store.keys import Step
from services.runtime.store.memory import MemoryStore
from services.runtime.testing import RecordedRun, make_run
from tests.small_stages import Heard, manifest_at, node_of
from tests.tmdb_server import (
    CATALOGUE,
    KEY,
    TOKEN,
    Fault,
    Listed,
    TmdbServer,
    answers,
    body,
    closes,
    drips,
    says_nothing,
    status,
    tmdb_server,
)

FUTURE = MetadataSettings(title="Back to the Future", year=1985, timeout_seconds=5)
IMPATIENT = replace(FUTURE, retries=1)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[TmdbServer]:
    with tmdb_server() as running:
        monkeypatch.setenv("CUEGRAPH_TMDB_ADDRESS", running.address)
        monkeypatch.setenv("CUEGRAPH_TMDB_API_KEY", KEY)
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        yield running


def film_of(run: RecordedRun[MetadataSettings]) -> Film:
    Metadata().run(run)
    return from_json(Film, run.written("film").read_bytes())


def found(folder: Path, **settings: Any) -> Film:
    return film_of(make_run(Metadata(), settings=replace(FUTURE, **settings), folder=folder))


def given_up(folder: Path, settings: MetadataSettings = IMPATIENT) -> str:
    """The code of the one warning of a run that knows no film."""
    run = make_run(Metadata(), settings=settings, folder=folder)
    with pytest.raises(Skipped) as skipped:
        Metadata().run(run)
    ((code, message),) = run.warnings
    assert message == str(skipped.value)
    assert not run.outputs
    return code


def test_a_film_has_its_cast_with_characters_its_makers_and_genres(server: TmdbServer, tmp_path: Path) -> None:
    film = found(tmp_path)
    assert (film.title, film.year, film.language_code) == ("Back to the Future", 1985, "en")
    assert (film.catalogue, film.catalogue_id) == ("tmdb", "105")
    assert film.genres == ("Adventure", "Science Fiction")
    assert [(it.id, it.name, it.character) for it in film.cast][:2] == [
        ("cast:0", "Michael J. Fox", "Marty McFly"),
        ("cast:1", "Christopher Lloyd", "Emmett Brown"),
    ]
    assert film.cast[0].sources == ("tmdb:credit:52fe105cast0",)
    assert [(it.name, it.job) for it in film.crew] == [
        ("Robert Zemeckis", "Director"),
        ("Alan Silvestri", "Original Music Composer"),
    ]
    assert film.soundtrack == ()


def test_title_and_year_are_read_from_the_file_name(server: TmdbServer, tmp_path: Path) -> None:
    assert found(tmp_path, title="", year=None, file_name="Amelie.2001.1080p.mkv").catalogue_id == "194"


def test_a_token_of_version_4_is_as_good_as_a_key(
    server: TmdbServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CUEGRAPH_TMDB_API_KEY", f"{TOKEN}\n")
    assert found(tmp_path).catalogue_id == "105"
    assert not any("api_key" in asked for asked in server.asked)


def test_cast_and_crew_can_be_limited(server: TmdbServer, tmp_path: Path) -> None:
    film = found(tmp_path, cast_limit=1, crew_jobs=("Catering",))
    assert [it.character for it in film.cast] == ["Marty McFly"]
    assert [it.name for it in film.crew] == ["A Friend"]


@pytest.mark.parametrize(
    ("title", "year", "film"),
    [
        ("Back to the Future", 1984, "105"),
        ("Back to the Future", 1986, "105"),
        ("Holiday", 1929, "500"),
        ("Holiday", 1939, "501"),
    ],
)
def test_the_year_may_be_one_off(server: TmdbServer, tmp_path: Path, title: str, year: int, film: str) -> None:
    """Of `Holiday` there are two: without a look at the years beside it nobody could tell which."""
    assert found(tmp_path, title=title, year=year).catalogue_id == film


def test_a_film_of_another_year_is_taken_only_if_it_is_the_only_one_and_with_a_warning(
    server: TmdbServer, tmp_path: Path
) -> None:
    run = make_run(Metadata(), settings=replace(FUTURE, year=1999), folder=tmp_path)
    assert film_of(run).catalogue_id == "105"
    assert [code for code, _ in run.warnings] == ["YEAR_DIFFERS"]
    assert given_up(tmp_path, replace(IMPATIENT, title="Holiday", year=1999)) == "NO_MATCH"


def test_a_film_is_known_by_its_other_titles(server: TmdbServer, tmp_path: Path) -> None:
    server.catalogue = (Listed(7, "Die Hard", "1988-07-15", alternative_titles=("Duro de Matar",)), *CATALOGUE)
    assert found(tmp_path, title="Duro de Matar", year=1988).catalogue_id == "7"


def test_the_language_that_tmdb_calls_cn_is_cantonese(server: TmdbServer, tmp_path: Path) -> None:
    server.catalogue = (Listed(8, "Chungking Express", "1994-07-14", original_language="cn"),)
    assert found(tmp_path, title="Chungking Express", year=1994).language_code == "yue"


@pytest.mark.parametrize(
    "settings",
    [
        replace(FUTURE, title="No Such Film"),
        replace(FUTURE, title="Holiday", year=None),
        replace(FUTURE, title="Holiday", year=1934),
    ],
)
def test_no_match_and_no_clear_match_give_no_film(
    server: TmdbServer, tmp_path: Path, settings: MetadataSettings
) -> None:
    assert given_up(tmp_path, settings) == "NO_MATCH"


def test_without_a_title_nobody_is_asked(server: TmdbServer, tmp_path: Path) -> None:
    assert given_up(tmp_path, MetadataSettings(file_name="birthday.mp4")) == "NO_TITLE"
    assert server.asked == []


@pytest.mark.parametrize(("key", "code"), [("", "NO_API_KEY"), ("k\u00e9y", "CATALOGUE_KEY_REFUSED")])
def test_without_a_key_that_can_be_sent_nobody_is_asked(
    server: TmdbServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key: str, code: str
) -> None:
    monkeypatch.setenv("CUEGRAPH_TMDB_API_KEY", key)
    assert given_up(tmp_path) == code
    assert server.asked == []


def test_engine_none_is_skipped_without_a_warning(tmp_path: Path) -> None:
    run = make_run(Metadata(), settings=MetadataSettings(engine="none"), folder=tmp_path)
    with pytest.raises(Skipped):
        Metadata().run(run)
    assert run.warnings == []


@pytest.mark.parametrize(
    ("fault", "code", "requests"),
    [
        (status(401, "Invalid API key"), "CATALOGUE_KEY_REFUSED", 1),
        (status(403), "CATALOGUE_KEY_REFUSED", 1),
        (status(404), "CATALOGUE_ANSWER_INVALID", 1),
        (status(301, Location="http://127.0.0.1:1/"), "CATALOGUE_ANSWER_INVALID", 1),
        (status(429, Retry_After="0"), "CATALOGUE_LIMIT", 2),
        (status(429, Retry_After="3600"), "CATALOGUE_LIMIT", 1),
        (status(429, Retry_After="soon"), "CATALOGUE_LIMIT", 2),
        (status(500), "CATALOGUE_UNAVAILABLE", 2),
        (status(503, Retry_After="Wed, 21 Oct 2015 07:28:00 GMT"), "CATALOGUE_UNAVAILABLE", 2),
        (closes, "CATALOGUE_UNAVAILABLE", 2),
        (body(b"<html>Sign in to this network</html>"), "CATALOGUE_ANSWER_INVALID", 1),
        (body(b'{"results": [{"id": "x"}]}'), "CATALOGUE_ANSWER_INVALID", 1),
        (body(b'{"results"'), "CATALOGUE_ANSWER_INVALID", 1),
        (body(b'{"results": []}' + b" " * (17 << 20)), "CATALOGUE_ANSWER_INVALID", 1),
    ],
)
def test_whatever_fails_gives_no_film_and_a_warning(
    server: TmdbServer, tmp_path: Path, fault: Fault, code: str, requests: int
) -> None:
    server.fails(fault)
    assert given_up(tmp_path) == code
    assert len(server.asked) == requests


@pytest.mark.parametrize("fault", [says_nothing, drips])
def test_a_server_that_does_not_come_to_an_end_is_not_waited_for(
    server: TmdbServer, tmp_path: Path, fault: Fault
) -> None:
    server.fails(fault)
    assert given_up(tmp_path, replace(IMPATIENT, timeout_seconds=0.3)) == "CATALOGUE_UNAVAILABLE"


def test_a_server_that_is_not_there_gives_no_film(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with tmdb_server() as gone:
        monkeypatch.setenv("CUEGRAPH_TMDB_ADDRESS", gone.address)
    monkeypatch.setenv("CUEGRAPH_TMDB_API_KEY", KEY)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    assert given_up(tmp_path) == "CATALOGUE_UNAVAILABLE"


def test_a_short_outage_is_ridden_out(server: TmdbServer, tmp_path: Path) -> None:
    server.fails(status(503), closes, answers)
    assert found(tmp_path).catalogue_id == "105"


def test_a_cancellation_does_not_wait_for_the_server(server: TmdbServer, tmp_path: Path) -> None:
    server.fails(says_nothing)
    cancelled = threading.Event()
    run = make_run(
        Metadata(),
        settings=replace(FUTURE, timeout_seconds=100),
        folder=tmp_path,
        progress=Progress(cancelled=cancelled),
    )
    threading.Timer(0.3, cancelled.set).start()
    with pytest.raises(CuegraphError) as error:
        Metadata().run(run)
    assert error.value.code == "CANCELLED"
    assert server.holding == 1, "it waited for the server"


def test_a_cancellation_does_not_wait_for_the_end_of_a_pause(server: TmdbServer, tmp_path: Path) -> None:
    server.fails(status(429, Retry_After="20"))
    cancelled = threading.Event()
    run = make_run(Metadata(), settings=FUTURE, folder=tmp_path, progress=Progress(cancelled=cancelled))
    with ThreadPoolExecutor() as threads:
        work = threads.submit(Metadata().run, run)
        threading.Timer(0.5, cancelled.set).start()
        error = work.exception(timeout=10)
    assert isinstance(error, Cancelled)
    assert len(server.asked) == 1


def test_a_film_is_asked_for_once_and_the_answers_are_evidence(server: TmdbServer, tmp_path: Path) -> None:
    kept = Answers(MemoryStore(), Redactor())
    runs = [make_run(Metadata(), settings=FUTURE, folder=tmp_path / str(n), answers=kept) for n in range(2)]
    first, second = (film_of(run) for run in runs)
    assert second == first
    assert len(server.asked) == 2
    assert [it.file_name for it in runs[1].intermediates] == ["answer-01.json", "answer-02.json"]
    assert json.loads(runs[1].intermediates[1].path.read_bytes())["id"] == 105


def test_an_answer_that_is_too_old_is_asked_for_again(server: TmdbServer, tmp_path: Path) -> None:
    kept = Answers(MemoryStore(), Redactor())
    old = replace(FUTURE, maximum_age_days=0)
    first, second = (
        film_of(make_run(Metadata(), settings=old, folder=tmp_path / str(n), answers=kept)) for n in range(2)
    )
    assert second.fetched > first.fetched
    assert len(server.asked) == 4


def test_a_kept_answer_that_this_version_cannot_read_is_asked_for_again(server: TmdbServer, tmp_path: Path) -> None:
    store = MemoryStore()
    kept = Answers(store, Redactor())
    film_of(make_run(Metadata(), settings=FUTURE, folder=tmp_path / "first", answers=kept))
    questions = [json.loads(store.get(key))["question"] for key in store.list("answers/")]
    for question in questions:
        Answers(store, Redactor(), ask_again=True).get(question, timedelta(), lambda: b'["other"]', "application/json")
    for folder in ("second", "third"):
        assert film_of(make_run(Metadata(), settings=FUTURE, folder=tmp_path / folder, answers=kept)).year == 1985
    assert len(server.asked) == 2 * len(questions), "not asked again, or not kept then"


def test_an_answer_that_cannot_be_read_is_not_kept(server: TmdbServer, tmp_path: Path) -> None:
    store = MemoryStore()
    server.fails(body(b"<html>"))
    run = make_run(Metadata(), settings=IMPATIENT, folder=tmp_path, answers=Answers(store, Redactor()))
    with pytest.raises(Skipped):
        Metadata().run(run)
    assert not list(store.list(""))


@pytest.fixture
def node(tmp_path: Path, server: TmdbServer) -> Node:
    return node_of(MemoryStore(), tmp_path, secrets=environment.process_settings().secrets)


def executed(node: Node, job: str, settings: MetadataSettings = FUTURE, *, observer: Heard | None = None) -> Manifest:
    given = {"title": settings.title, "year": settings.year, "retries": settings.retries}
    request = StageRequest(
        Step(job, 2, "metadata"), settings={name: SettingRecord(value, "command line") for name, value in given.items()}
    )
    result = execute(Metadata(), request, node, observer or Heard(), threading.Event())
    return manifest_at(node.store, result.manifest)


def test_a_film_that_was_not_found_is_looked_for_in_the_next_job(server: TmdbServer, node: Node) -> None:
    server.fails(status(500))
    missed = executed(node, "job1", IMPATIENT)
    assert (missed.status, [it.code for it in missed.warnings]) == (Status.SKIPPED, ["CATALOGUE_UNAVAILABLE"])
    server.fails()
    assert executed(node, "job2").status is Status.SUCCEEDED


def test_the_next_job_gives_the_same_document_without_asking(server: TmdbServer, node: Node) -> None:
    first, second = executed(node, "job1"), executed(node, "job2")
    assert first.outputs == second.outputs
    assert len(server.asked) == 2
    film = from_json(Film, blobs.read(node.store, second.outputs[0].artifact))
    assert film.catalogue_id == "105"
    assert len(second.intermediates) == 2


@pytest.mark.parametrize("key", [KEY, TOKEN])
def test_the_key_is_in_nothing_that_is_written(
    server: TmdbServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    monkeypatch.setenv("CUEGRAPH_TMDB_API_KEY", key)
    node = node_of(MemoryStore(), tmp_path, secrets=environment.process_settings().secrets)
    heard = Heard()
    manifests = [executed(node, "job1", observer=heard)]
    echo = {"results": [{"id": 1, "title": f"Key {key}", "release_date": "1985-07-03"}], "api_key": key}
    server.fails(body(json.dumps(echo).encode()))
    manifests.append(executed(node, "job2", replace(FUTURE, title="Key"), observer=heard))
    server.fails(status(500, f"key {key}"))
    manifests.append(executed(node, "job3", replace(IMPATIENT, title="Brazil"), observer=heard))
    assert [it.status for it in manifests] == [Status.SUCCEEDED, Status.SKIPPED, Status.SKIPPED]
    assert not [key_ for key_ in node.store.list("") if key.encode() in node.store.get(key_)]
    assert not [line for line in heard.lines if key in line]
    assert "SECRET_REDACTED" not in {notice.code for manifest in manifests for notice in manifest.warnings}
