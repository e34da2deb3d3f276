"""What a service outside said is kept with its age, asked for again in time, and holds no secret."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from services.runtime.answers import Answers
from services.runtime.manifest import Status
from services.runtime.node import Node
from services.runtime.redaction import Redactor
from services.runtime.stage import Run
from services.runtime.store import keys
from services.runtime.store.memory import MemoryStore
from tests.small_stages import Doing, UpperSettings, node_of, run_step, step_of

SECRET = "correct-horse"
MONTH = timedelta(days=30)


class Service:
    """A service outside that counts how often it is asked."""

    def __init__(self, answer: bytes = b'{"title": "Alien"}') -> None:
        self.asked = 0
        self._answer = answer

    def __call__(self) -> bytes:
        self.asked += 1
        return self._answer


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


def answers(store: MemoryStore, *, ask_again: bool = False) -> Answers:
    return Answers(store, Redactor([SECRET]), ask_again=ask_again)


def ask(store: MemoryStore, service: Callable[[], bytes], *, age: timedelta = MONTH, ask_again: bool = False) -> bytes:
    return answers(store, ask_again=ask_again).get("films/1", age, service, "application/json").data


def test_an_answer_is_asked_for_once_and_keeps_its_time(store: MemoryStore) -> None:
    service = Service()
    first = answers(store).get("films/1", MONTH, service, "application/json")
    second = answers(store).get("films/1", MONTH, service, "application/json")
    assert service.asked == 1
    assert second == first


def test_an_answer_is_kept_for_one_scope(store: MemoryStore) -> None:
    service = Service()
    for scope in ("", "studio-a", "studio-b", "studio-a"):
        Answers(store, Redactor(), scope=scope).get("films/1", MONTH, service, "application/json")
    assert service.asked == 3


def test_another_question_has_another_answer(store: MemoryStore) -> None:
    ask(store, Service())
    assert answers(store).get("films/2", MONTH, Service(b"{}"), "application/json").data == b"{}"


def test_an_answer_that_is_too_old_is_asked_for_again(store: MemoryStore) -> None:
    ask(store, Service())
    assert ask(store, Service(b"newer"), age=timedelta(0)) == b"newer"
    assert ask(store, Service(b"not asked")) == b"newer"


def test_a_job_without_a_cache_asks_again_and_its_answer_is_kept(store: MemoryStore) -> None:
    ask(store, Service())
    assert ask(store, Service(b"newer"), ask_again=True) == b"newer"
    assert ask(store, Service(b"not asked")) == b"newer"


@pytest.mark.parametrize("damage", [b"", b"[]", b'{"fetched": "now", "answer": {}}'])
def test_what_was_damaged_is_asked_for_again(store: MemoryStore, damage: bytes) -> None:
    ask(store, Service())
    (entry,) = store.list("answers/")
    store.put(entry, damage)
    assert ask(store, Service(b"newer")) == b"newer"
    assert ask(store, Service(b"not asked")) == b"newer"


def test_an_answer_whose_bytes_are_gone_is_asked_for_again(store: MemoryStore) -> None:
    ask(store, Service())
    (blob,) = store.list("blobs/")
    store.delete(blob)
    assert ask(store, Service(b"newer")) == b"newer"


def test_a_service_that_fails_leaves_nothing_behind(store: MemoryStore) -> None:
    def fails() -> bytes:
        raise OSError("no answer")

    with pytest.raises(OSError, match="no answer"):
        ask(store, fails)
    assert not list(store.list(""))


def test_a_secret_that_the_service_says_back_is_not_kept(store: MemoryStore) -> None:
    given = ask(store, Service(b'\xff{"key": "%s"}' % SECRET.encode()))
    assert given == b'\xff{"key": "[redacted]"}'
    assert all(SECRET.encode() not in store.get(key) for key in store.list(""))


def asking(service: Service) -> Doing:
    def work(run: Run[UpperSettings]) -> None:
        run.output("text", "answer.json").write_bytes(run.ask("films/1", MONTH, service).data)

    stage = Doing(work)
    stage.repeatable = False  # type: ignore[misc]  # as the class of a stage that asks would say
    return stage


@pytest.fixture
def node(tmp_path: Path) -> Node:
    return node_of(MemoryStore(), tmp_path)


def test_a_stage_that_asks_runs_in_every_job_and_asks_once(node: Node) -> None:
    service = Service()
    first, manifest = run_step(asking(service), node)
    second, later = run_step(asking(service), node, step=step_of("job2"))
    assert (first.status, second.status) == (Status.SUCCEEDED, Status.SUCCEEDED)
    assert service.asked == 1
    assert later.outputs == manifest.outputs
    assert node.store.size(keys.cache(manifest.action_key)) is None


def test_a_job_without_a_cache_makes_the_stage_ask_again(node: Node) -> None:
    service = Service()
    run_step(asking(service), node)
    run_step(asking(service), node, step=step_of("job2"), use_cache=False)
    assert service.asked == 2
