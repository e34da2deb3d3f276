"""How the steps of two jobs differ, each with every cause and the main one. Pure."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from services.runtime.manifest import CodeRecord, HostRecord, Manifest, Status

from ..facts import FoundManifest
from .parts import Change, Part, Parts
from .steps import FirstCause, Place, Sides, first_causes, is_divergent, same_outputs, title


class Cause(StrEnum):
    """Why a step differs, the more telling first."""

    ONLY_IN_ONE = "only in one"
    DIVERGENT = "divergent"
    SETTINGS = "settings"
    MODEL = "model"
    CODE = "code"
    INPUT = "input"
    OUTCOME = "outcome"
    HOST_ONLY = "host only"
    SAME = "same"


_OF_PARTS = {
    Part.SETTING: Cause.SETTINGS,
    Part.MODEL: Cause.MODEL,
    Part.VERSION: Cause.CODE,
    Part.SALT: Cause.CODE,
    Part.INPUT: Cause.INPUT,
}
_CAUSES = tuple(Cause)
_DIGEST = re.compile(r"[0-9a-f]{40,64}")


@dataclass(frozen=True)
class StepDifference:
    """One step of two jobs."""

    number: int
    stage: str
    shard: str
    main: Cause
    causes: tuple[Cause, ...]
    """All of them, the main one first."""
    old_status: str
    """Empty if the job has no such step."""
    new_status: str
    same_outputs: bool
    changes: tuple[Change, ...] = ()
    """Every part in which the step was asked for otherwise."""
    first: tuple[FirstCause, ...] = ()
    """Where the difference of its inputs began."""
    code: tuple[str, ...] = ()
    """What differs in the program, e.g. `commit 1c1bc59 -> 669bf82`."""
    host: tuple[str, ...] = ()
    """What differs in the machine and its libraries."""

    @property
    def title(self) -> str:
        return title(self.stage, self.shard)

    @property
    def differs(self) -> bool:
        """Whether it was asked for otherwise or came out otherwise; who did it where does not count."""
        return not self.same_outputs or bool(self.changes) or self.main in (Cause.ONLY_IN_ONE, Cause.OUTCOME)


def step_differences(sides: Sides) -> tuple[StepDifference, ...]:
    """Every step that left a manifest in either job, in order."""
    numbers = {place: found.place.step.number for place, found in (*sides.old_steps.items(), *sides.new_steps.items())}
    ordered = sorted(numbers, key=lambda place: (numbers[place], place))
    return tuple(_difference(sides, place, numbers[place]) for place in ordered)


def _difference(sides: Sides, place: Place, number: int) -> StepDifference:
    statuses = _status(sides.old_steps.get(place)), _status(sides.new_steps.get(place))
    pair = sides.both(place)
    if pair is None:
        cause = Cause.OUTCOME if all(statuses) else Cause.ONLY_IN_ONE
        return StepDifference(number, *place, cause, (cause,), *statuses, same_outputs=False)
    before, after = pair
    changes = sides.changes(Parts.of(before), Parts.of(after))
    code, host = _program(before, after)
    asked = sorted(set(_causes(before, after, changes)), key=_CAUSES.index)
    causes = _with_program(tuple(asked), code, host)
    return StepDifference(
        number,
        *place,
        causes[0],
        causes,
        *statuses,
        same_outputs=same_outputs(before, after),
        changes=changes,
        first=first_causes(sides, place) if any(it.part is Part.INPUT for it in changes) else (),
        code=code,
        host=host,
    )


def _causes(before: Manifest, after: Manifest, changes: tuple[Change, ...]) -> Iterator[Cause]:
    yield from (_OF_PARTS[change.part] for change in changes)
    if is_divergent(before, after):
        yield Cause.DIVERGENT
    if _outcome(before) != _outcome(after):
        yield Cause.OUTCOME


def _with_program(causes: tuple[Cause, ...], code: tuple[str, ...], host: tuple[str, ...]) -> tuple[Cause, ...]:
    """With what the manifests say of program and machine, which never goes before what the step was asked for."""
    if code and Cause.CODE not in causes:
        causes = (*causes, Cause.CODE)
    return causes or ((Cause.HOST_ONLY,) if host else (Cause.SAME,))


def _outcome(manifest: Manifest) -> Status:
    return Status.SUCCEEDED if manifest.status is Status.REUSED else manifest.status


def _status(found: FoundManifest | None) -> str:
    if found is None:
        return ""
    return found.content.status.value if found.content else "UNREADABLE"


def _program(before: Manifest, after: Manifest) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What differs in code and machine. Who took over what was done did nothing, so nothing is to be compared."""
    if Status.REUSED in (before.status, after.status):
        return (), ()
    return tuple(_fields(before.code, after.code)), tuple(_fields(before.host, after.host))


_PASSING = frozenset({"process_id", "pod"})
"""Differ between any two runs on one machine."""


def _fields(before: CodeRecord | HostRecord, after: CodeRecord | HostRecord) -> Iterator[str]:
    for field in dataclasses.fields(before):
        old, new = getattr(before, field.name), getattr(after, field.name)
        if field.name not in _PASSING and old != new:
            yield f"{field.name.replace('_', ' ')} {_short(old)} -> {_short(new)}"


def _short(value: object) -> str:
    text = str(value)
    return f"{text[:12]}..." if _DIGEST.fullmatch(text) else text or "unknown"
