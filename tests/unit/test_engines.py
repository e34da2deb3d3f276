"""Loaded engines: kept for the next run, and dropped when others need the room."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from services.runtime.engines import Engines
from services.runtime.errors import InvalidSetting
from services.runtime.settings import process_settings

PATIENCE_SECONDS = 30.0


def loader() -> tuple[list[str], Callable[[str], str]]:
    """What was loaded, in order, and the function that loads."""
    loads: list[str] = []

    def load(name: str) -> str:
        loads.append(name)
        return f"engine {name}"

    return loads, load


def use(engines: Engines, load: Callable[[str], str], *names: str) -> None:
    """A run that needs these, and ends."""
    with engines.lease() as get:
        assert [get(load, name) for name in names] == [f"engine {name}" for name in names]


def test_without_a_limit_every_engine_is_loaded_once() -> None:
    loads, load = loader()
    engines = Engines()
    for name in "abcabc":
        use(engines, load, name)
    assert loads == ["a", "b", "c"]
    assert len(engines) == 3


def test_the_engine_that_was_used_longest_ago_makes_room() -> None:
    loads, load = loader()
    engines = Engines(most=2)
    for name in "abac":  # b goes, for a was used after it
        use(engines, load, name)
    use(engines, load, "a")
    assert loads == ["a", "b", "c"]
    use(engines, load, "b")
    assert loads == ["a", "b", "c", "b"]
    assert len(engines) == 2


def test_room_is_made_before_the_next_engine_is_loaded() -> None:
    engines = Engines(most=1)
    there: list[int] = []

    def load(name: str) -> str:
        there.append(len(engines))
        return f"engine {name}"

    use(engines, load, "a")
    use(engines, load, "b")
    assert there == [0, 0]


def test_an_engine_that_a_run_holds_stays() -> None:
    loads, load = loader()
    engines = Engines(most=1)
    with engines.lease() as get:
        get(load, "a")
        use(engines, load, "b")
        get(load, "a")
    assert loads == ["a", "b"]
    assert len(engines) == 1


def test_what_a_run_held_beyond_the_limit_goes_when_it_ends() -> None:
    _, load = loader()
    engines = Engines(most=1)
    with engines.lease() as get:
        get(load, "a")
        get(load, "b")
        assert len(engines) == 2
    assert len(engines) == 1


def test_an_engine_held_twice_stays_until_both_have_ended() -> None:
    loads, load = loader()
    engines = Engines(most=1)
    with engines.lease() as get:
        get(load, "a")
        use(engines, load, "a")
        use(engines, load, "b")
        get(load, "a")
    assert loads == ["a", "b"]


def test_an_engine_that_could_not_be_loaded_is_tried_again_and_holds_nothing() -> None:
    loads, load = loader()
    engines = Engines(most=1)

    def fail(name: str) -> str:
        raise OSError(name)

    with pytest.raises(OSError, match="a"):
        use(engines, fail, "a")
    use(engines, load, "a")
    assert loads == ["a"]
    assert len(engines) == 1


def test_two_runs_that_need_the_same_engine_wait_for_one_loading() -> None:
    engines = Engines(most=1)
    begun, go_on = threading.Event(), threading.Event()
    loads: list[str] = []

    def load(name: str) -> str:
        loads.append(name)
        begun.set()
        assert go_on.wait(PATIENCE_SECONDS)
        return f"engine {name}"

    threads = [threading.Thread(target=use, args=(engines, load, "a")) for _ in range(2)]
    for thread in threads:
        thread.start()
    assert begun.wait(PATIENCE_SECONDS)
    go_on.set()
    for thread in threads:
        thread.join(PATIENCE_SECONDS)
    assert loads == ["a"]


@pytest.mark.parametrize(("text", "most"), [("", 0), ("0", 0), ("2", 2)])
def test_the_environment_says_how_many_are_kept(monkeypatch: pytest.MonkeyPatch, text: str, most: int) -> None:
    monkeypatch.setenv("CUEGRAPH_ENGINES", text)
    assert process_settings().engines == most


@pytest.mark.parametrize("text", ["-1", "two", "1.5"])
def test_a_limit_that_is_no_number_is_refused(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("CUEGRAPH_ENGINES", text)
    with pytest.raises(InvalidSetting, match="CUEGRAPH_ENGINES"):
        process_settings()
