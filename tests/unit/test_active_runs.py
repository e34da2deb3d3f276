"""What a stream still has to send stays bounded, and what is left out is told."""

import asyncio
import logging

from services.runtime import wire
from services.runtime.active_runs import UNREAD_EVENTS, Event, Listener


def log_line(number: int) -> Event:
    record = logging.makeLogRecord({"name": "fake", "levelno": logging.INFO, "msg": str(number), "created": 0.0})
    return Event(log_line=wire.log_line_to_proto(record))


def progress(done_seconds: float) -> Event:
    return Event(progress=wire.progress_to_proto(done_seconds, None))


def unread(listener: Listener) -> list[Event]:
    listener.end()
    return asyncio.run(all_events(listener))


async def all_events(listener: Listener) -> list[Event]:
    return [event async for event in listener.events()]


def test_events_are_heard_in_order() -> None:
    listener = Listener()
    told = [log_line(1), progress(1.0), log_line(2), log_line(3), progress(2.0)]
    for event in told:
        listener.hear(event)
    assert unread(listener) == told


def test_progress_that_was_overtaken_is_left_out() -> None:
    listener = Listener()
    for event in (progress(1.0), progress(2.0), log_line(1), progress(3.0), progress(4.0)):
        listener.hear(event)
    assert unread(listener) == [progress(2.0), log_line(1), progress(4.0)]


def test_a_listener_that_falls_behind_is_told_how_much_it_missed() -> None:
    listener = Listener()
    for number in range(UNREAD_EVENTS + 7):
        listener.hear(log_line(number))
    *heard, last = unread(listener)
    assert heard == [log_line(number) for number in range(UNREAD_EVENTS)]
    assert last.log_line.message.startswith("7 events")
    assert wire.log_line_from_proto(last.log_line).levelno == logging.WARNING


def test_a_reader_that_waits_hears_what_comes_later() -> None:
    async def scenario() -> list[Event]:
        listener = Listener()
        reading = asyncio.ensure_future(all_events(listener))
        await asyncio.sleep(0)
        listener.hear(log_line(1))
        await asyncio.sleep(0)
        listener.hear(log_line(2))
        listener.end()
        return await asyncio.wait_for(reading, 10)

    assert asyncio.run(scenario()) == [log_line(1), log_line(2)]
