"""OpenLineage: every event and facet by its own schema, whatever became of the job; its client loads all of it."""

from __future__ import annotations

import copy
import json
import uuid
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from openlineage.client.serde import Serde

from coordinator.lineage.exports.history import history_of
from coordinator.lineage.exports.material import Material
from coordinator.lineage.exports.openlineage.events import as_openlineage
from services.runtime.errors import InvalidDocument
from services.runtime.store.memory import MemoryStore
from tests.exported_jobs import HOSTILE, KINDS, film_called
from tests.jobs_in_memory import step_of
from tests.openlineage_classes import OWN, facets_of, loaded, problems
from tests.small_jobs import small_job

Event = dict[str, Any]


def events_of(material: Material) -> list[Event]:
    lines = as_openlineage(history_of(material)).split("\n")
    assert lines.pop() == ""
    return [json.loads(line) for line in lines]


@pytest.fixture(params=KINDS)
def events(request: pytest.FixtureRequest, tmp_path: Path) -> list[Event]:
    return events_of(KINDS[request.param](tmp_path))


def test_every_event_and_every_facet_is_as_its_schema_says(events: list[Event]) -> None:
    assert [problem for event in events for problem in problems(event)] == []


@pytest.mark.parametrize("name", HOSTILE)
def test_names_of_strangers_stay_names(name: str) -> None:
    events = events_of(film_called(name))
    assert [problem for event in events for problem in problems(event)] == []
    assert name in {facet.get("fileName") for facet in facets_of(events)}


@pytest.mark.parametrize(
    ("place", "wrong"),
    [
        (("eventTime",), "2026-03-14 at noon"),
        (("producer",), "no uri"),
        (("run", "runId"), "7"),
        (("run", "facets", "parent", "run", "runId"), "7"),
        (("run", "facets", "parent", "_producer"), "no uri"),
        (("run", "facets", "processing_engine", "version"), 1),
        (("run", "facets", "cuegraph_attempt", "status"), "FINE"),
        (("run", "facets", "cuegraph_attempt", "surprise"), "!"),
        (("job", "facets", "jobType", "surprise"), "!"),
        (("outputs", 0, "facets", "lineage", "inputs", 0, "type"), "TABLE"),
    ],
)
def test_the_check_sees_what_is_wrong(place: tuple[str | int, ...], wrong: object, tmp_path: Path) -> None:
    event: Any = copy.deepcopy(next(event for event in events_of(KINDS["film"](tmp_path)) if event["outputs"]))
    assert problems(event) == []
    inner = event
    for name in place[:-1]:
        inner = inner[name]
    inner[place[-1]] = wrong
    assert problems(event)


def test_the_client_loads_every_event_and_gives_it_back(events: list[Event]) -> None:
    for event in events:
        given_back = json.loads(Serde.to_json(loaded(event)))
        assert without_own(given_back) == without_own(event)


def without_own(value: Any) -> Any:
    """Less Cuegraph's facets, and less what is empty, which the client leaves out."""
    if isinstance(value, list):
        return [without_own(one) for one in value]
    if not isinstance(value, dict):
        return value
    kept = {name: without_own(one) for name, one in value.items() if not is_own(one)}
    return {name: one for name, one in kept.items() if one not in ({}, []) or name in ("inputs", "outputs")}


def is_own(value: Any) -> bool:
    return isinstance(value, dict) and str(value.get("_schemaURL", "")).startswith(OWN["$id"])


def test_every_run_starts_once_and_ends_once_in_time(events: list[Event]) -> None:
    by_run: dict[str, list[Event]] = {}
    for event in events:
        by_run.setdefault(event["run"]["runId"], []).append(event)
    for of_run in by_run.values():
        assert [event["eventType"] == "START" for event in of_run] == [True, False]
    times = [datetime.fromisoformat(event["eventTime"]) for event in events]
    assert times[1:-1] == sorted(times[1:-1])


def test_runs_are_uuids_that_sort_by_time_and_name_the_job_as_their_parent(events: list[Event]) -> None:
    job, *steps = events
    for event in steps[:-1]:
        assert event["run"]["facets"]["parent"]["run"] == {"runId": job["run"]["runId"]}
    assert {uuid.UUID(event["run"]["runId"]).version for event in events} == {7}


@pytest.mark.parametrize(
    ("kind", "ends"),
    [
        ("succeeded", {"COMPLETE": 5}),
        ("failed", {"COMPLETE": 2, "FAIL": 2}),
        ("retried", {"COMPLETE": 5, "FAIL": 1}),
        ("reused", {"COMPLETE": 5}),
        ("cancelled", {"ABORT": 2}),
        ("partly_failed", {"COMPLETE": 3, "FAIL": 2}),
    ],
)
def test_a_run_ends_as_its_attempt_and_its_job_did(kind: str, ends: dict[str, int], tmp_path: Path) -> None:
    ended = [event["eventType"] for event in events_of(KINDS[kind](tmp_path)) if event["eventType"] != "START"]
    assert {end: ended.count(end) for end in ended} == ends


def test_what_failed_says_why(tmp_path: Path) -> None:
    failed = [event for event in events_of(KINDS["failed"](tmp_path)) if event["eventType"] == "FAIL"]
    messages = [event["run"]["facets"]["errorMessage"]["message"] for event in failed]
    assert all("not today" in message for message in messages)


def test_every_output_names_what_it_was_made_of(tmp_path: Path) -> None:
    (subtitles,) = (
        event
        for event in events_of(KINDS["film"](tmp_path))
        if event["job"]["name"] == "subtitle.alignment" and event["eventType"] == "COMPLETE"
    )
    (output,) = subtitles["outputs"]
    sources = output["facets"]["lineage"]["inputs"]
    assert {source["name"] for source in sources} == {given["name"] for given in subtitles["inputs"]}
    assert [source["transformations"][0]["type"] for source in sources] == ["DIRECT", "DIRECT", "INDIRECT"]


def test_what_was_taken_over_names_the_output_it_was(tmp_path: Path) -> None:
    ended = next(event for event in events_of(KINDS["reused"](tmp_path)) if event["outputs"])
    (output,) = ended["outputs"]
    original = ended["run"]["facets"]["cuegraph_attempt"]["reused"]
    role, digest = output["name"].split("/")[2:]
    taken = {"namespace": "cuegraph", "name": f"files/{original}/{role}/{digest}", "type": "DATASET"}
    identity = {"type": "DIRECT", "subtype": "IDENTITY", "description": "taken over"}
    assert {**taken, "transformations": [identity]} in output["facets"]["lineage"]["inputs"]


def test_equal_bytes_in_two_places_are_two_datasets(tmp_path: Path) -> None:
    events = events_of(KINDS["succeeded"](tmp_path))
    made = [output["name"] for event in events if event["job"]["name"] != "small" for output in event["outputs"]]
    assert len(made) == len(set(made)) == 4


def test_a_job_that_has_not_ended_has_begun_and_nothing_more(tmp_path: Path) -> None:
    store = MemoryStore()
    small_job(store)
    (event,) = events_of(Material.of(store, "job1"))
    assert event["eventType"] == "START"
    assert problems(event) == []


def test_a_job_with_a_manifest_that_cannot_be_read_is_not_told_in_part() -> None:
    material = film_called("A Bright Day")
    material.store.put(step_of("vad").attempt(1, "manifest"), b"{}")
    with pytest.raises(InvalidDocument):
        events_of(Material.of(material.store, "film"))
