"""Answers of LineageService: messages filled by name, pages, and work that ends with its call."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Generator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest
from google.protobuf.message import Message

from coordinator.lineage.comparing.parts import Change, Part
from coordinator.lineage.comparing.step_differences import Cause
from coordinator.lineage.seals.standing import Standing, Strength
from coordinator.service.lineage.filling import filled
from coordinator.service.lineage.pages import MOST_PER_PAGE, PAGE_SIZE, page_of
from coordinator.service.lineage.stopping import ReadStore, Stop, each_in_thread, in_thread
from cuegraph.v1 import comparison_pb2, proof_pb2
from services.documents.cues import Cue, Edit, FormerCue
from services.runtime.errors import CuegraphError
from services.runtime.store.memory import MemoryStore
from tests.patience import PATIENCE_SECONDS


def test_a_message_takes_what_is_called_like_its_fields() -> None:
    former = FormerCue("cue:1", 1.5, 2.0, ("Was.",), ("word:1",))
    cue = Cue("cue:2", 2, 1.25, 2.5, ("One", "two"), ("word:1",), edit=Edit(7, (former,)))
    difference = _Differing(("text", "time"), cue, None, 250, -40, None)
    message = filled(comparison_pb2.CueDifference, difference)
    assert list(message.kinds) == [comparison_pb2.CUE_CHANGE_KIND_TEXT, comparison_pb2.CUE_CHANGE_KIND_TIME]
    assert (message.old.start_offset.ToMilliseconds(), list(message.old.source_ids)) == (1250, ["word:1"])
    assert message.old.edit.former[0].id == "cue:1"
    assert not message.HasField("new")
    assert (message.start_shift_ms, message.end_shift_ms) == (250, -40)


@dataclass(frozen=True)
class _Differing:
    kinds: tuple[str, ...]
    old: Cue | None
    new: Cue | None
    start_ms: int
    end_ms: int
    cause: None


def test_values_of_any_type_travel_as_json_and_what_is_not_there_as_null() -> None:
    message = filled(comparison_pb2.ActionChange, Change(Part.SETTING, "asr.beam_size", None, [5, "é"], "", "default"))
    assert (message.part, message.old_json, message.new_json) == (
        comparison_pb2.ACTION_PART_SETTING,
        "null",
        '[5, "é"]',
    )


def test_nothing_is_told_apart_from_none() -> None:
    nothing = filled(proof_pb2.SealStanding, Standing())
    first = filled(proof_pb2.SealStanding, Standing(Strength.HASH_CHAIN, entry=0))
    assert (nothing.HasField("entry"), first.HasField("entry")) == (False, True)
    assert (nothing.strength, first.strength) == (proof_pb2.SEAL_STRENGTH_NONE, proof_pb2.SEAL_STRENGTH_HASH_CHAIN)


def test_a_field_that_nothing_is_called_like_is_a_mistake_and_so_is_a_word_that_the_contract_lacks() -> None:
    with pytest.raises(AttributeError):
        filled(proof_pb2.SealStanding, object())
    with pytest.raises(ValueError, match="NONSENSE"):
        filled(comparison_pb2.ActionChange, Change("nonsense", "", 1, 2))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("words", "message", "field"),
    [(Cause, comparison_pb2.StepDifference, "main"), (Strength, proof_pb2.SealStanding, "strength"),
     (Part, comparison_pb2.ActionChange, "part")],
)  # fmt: skip
def test_the_contract_has_every_word_of_the_engine(words: type, message: type[Message], field: str) -> None:
    known = message.DESCRIPTOR.fields_by_name[field].enum_type
    assert known is not None
    prefix = known.values[0].name.removesuffix("UNSPECIFIED")
    engine = {prefix + str(word.value).upper().replace(" ", "_") for word in words}  # type: ignore[attr-defined]
    assert engine == {value.name for value in known.values[1:]}


@dataclass
class _Asked:
    page_size: int = 0
    page_token: str = ""


def test_pages_hold_everything_once_and_end() -> None:
    items, asked = list(range(23)), _Asked(page_size=5)
    found: list[int] = []
    for _ in range(5):
        page, asked.page_token = page_of(items, str, asked)
        found += page
    assert (found, asked.page_token) == (items, "")


def test_a_page_has_a_usual_and_a_greatest_size() -> None:
    items = range(MOST_PER_PAGE + 1)
    assert len(page_of(items, str, _Asked())[0]) == PAGE_SIZE
    assert len(page_of(items, str, _Asked(page_size=10**6))[0]) == MOST_PER_PAGE


def test_a_token_stays_good_while_items_come_in_before_it() -> None:
    _, token = page_of(["b", "d", "f"], str, _Asked(page_size=2))
    assert page_of(["a", "b", "c", "d", "e", "f"], str, _Asked(page_token=token))[0] == ["e", "f"]


@pytest.mark.parametrize("asked", [_Asked(page_size=-1), _Asked(page_token="of another list")])
def test_what_is_no_page_is_refused(asked: _Asked) -> None:
    with pytest.raises(CuegraphError) as caught:
        page_of(["a"], str, asked)
    assert caught.value.code == "REQUEST_INVALID"


def test_a_store_is_read_until_the_call_ends_and_never_written(tmp_path: Path) -> None:
    store, stop = MemoryStore(), Stop()
    store.create("a/key", b"data")
    reading = ReadStore(store, stop)
    assert (reading.get("a/key"), list(reading.list("a/")), list(reading.folders(""))) == (b"data", ["a/key"], ["a"])
    assert (reading.size("a/key"), reading.digest("a/key")) == (4, store.digest("a/key"))
    for write in (
        lambda: reading.create("b", b""),
        lambda: reading.put("b", b""),
        lambda: reading.create_file("b", tmp_path),
        lambda: reading.delete("a/key"),
    ):
        assert code_of(write) == "STORE_REFUSED"
    under_way = reading.list("a/")
    stop.set()
    assert code_of(lambda: reading.get("a/key")) == "CANCELLED"
    assert code_of(lambda: next(under_way)) == "CANCELLED"


def code_of(call: object) -> str:
    with pytest.raises(CuegraphError) as caught:
        call()  # type: ignore[operator]
    return caught.value.code


def test_work_that_nobody_waits_for_is_told_to_stop() -> None:
    stop, begun = Stop(), threading.Event()

    def work() -> bool:
        begun.set()
        return stop.wait(PATIENCE_SECONDS)

    async def call_off() -> None:
        task = asyncio.create_task(in_thread(work, stop))
        await asyncio.to_thread(begun.wait, PATIENCE_SECONDS)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert stop.is_set()

    asyncio.run(call_off())


def test_pieces_come_in_order_and_their_maker_is_closed_at_the_end_and_when_called_off() -> None:
    closed: list[str] = []

    def pieces(name: str, stop: Stop) -> Generator[int, None, None]:
        try:
            for number in count() if name == "endless" else range(3):
                yield number
                if name == "endless":
                    stop.wait(PATIENCE_SECONDS)
                    stop.check()
        finally:
            closed.append(name)

    async def run() -> None:
        short, stop = Stop(), Stop()
        assert [piece async for piece in each_in_thread(pieces("short", short), short)] == [0, 1, 2]
        endless = each_in_thread(pieces("endless", stop), stop)
        assert await anext(endless) == 0
        task = asyncio.ensure_future(anext(endless))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(run())
    assert closed == ["short", "endless"]
