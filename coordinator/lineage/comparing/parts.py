"""The parts of an action, compared one by one: everything that its key is made of. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import zip_longest
from typing import Any

from services.runtime.actions import action_key
from services.runtime.manifest import InputRecord, Manifest, ModelRecord, SettingRecord
from services.runtime.request import StageInput


class Part(StrEnum):
    """What of an action may differ."""

    VERSION = "version"
    SETTING = "setting"
    MODEL = "model"
    INPUT = "input"
    SALT = "salt"


@dataclass(frozen=True)
class Parts:
    """An action, done or only asked for."""

    stage: str
    version: str
    settings: Mapping[str, SettingRecord]
    inputs: Sequence[StageInput | InputRecord]
    models: Sequence[ModelRecord]
    key: str

    @staticmethod
    def of(manifest: Manifest) -> Parts:
        m = manifest
        return Parts(m.stage, m.stage_version, m.settings, m.inputs, m.models, m.action_key)

    @property
    def key_now(self) -> str:
        """The key as it is made today, with today's salt."""
        return action_key(self.stage, self.version, self.settings, self.inputs, self.models)


@dataclass(frozen=True)
class Change:
    """One part that differs. `old` or `new` is None where that side does not have it."""

    part: Part
    name: str
    """Of a setting, a model, or the role of an input; empty for the version and the salt."""
    old: Any
    """Value of a setting, digest of an input or of a model's files, version of the stage."""
    new: Any
    old_label: str = ""
    """Where a setting's value came from, the revision of a model, or what an input was."""
    new_label: str = ""


@dataclass(frozen=True)
class ChangedInput:
    """One file that came in, on both sides; None where it did not."""

    role: str
    old: StageInput | InputRecord | None
    new: StageInput | InputRecord | None


def changes(old: Parts, new: Parts) -> tuple[Change, ...]:
    """Every part of the key in which two actions of one stage differ; none if their keys are equal."""
    if old.key == new.key:
        return ()
    return tuple(_changes(old, new)) or (Change(Part.SALT, "", old.key, new.key),)


def changed_inputs(old: Parts, new: Parts) -> list[ChangedInput]:
    """The files that differ, role by role, those of one role in order."""
    roles = dict.fromkeys(given.role for given in (*old.inputs, *new.inputs))
    return [
        ChangedInput(role, before, after)
        for role in roles
        for before, after in zip_longest(_of_role(old, role), _of_role(new, role))
        if _digest(before) != _digest(after)
    ]


def _changes(old: Parts, new: Parts) -> Iterator[Change]:
    if old.version != new.version:
        yield Change(Part.VERSION, "", old.version, new.version)
    for name in sorted({*old.settings, *new.settings}):
        before, after = old.settings.get(name), new.settings.get(name)
        if _value(before) != _value(after):
            yield Change(Part.SETTING, name, _value(before), _value(after), _source(before), _source(after))
    yield from _changed_models(old.models, new.models)
    for given in changed_inputs(old, new):
        yield Change(Part.INPUT, given.role, _digest(given.old), _digest(given.new))


def _changed_models(old: Sequence[ModelRecord], new: Sequence[ModelRecord]) -> Iterator[Change]:
    before, after = ({model.name: model for model in models} for models in (old, new))
    for name in sorted({*before, *after}):
        one, other = before.get(name), after.get(name)
        if (one and one.digest) != (other and other.digest):
            labels = one.revision if one else "", other.revision if other else ""
            yield Change(Part.MODEL, name, one and one.digest, other and other.digest, *labels)


def _of_role(parts: Parts, role: str) -> list[StageInput | InputRecord]:
    return [given for given in parts.inputs if given.role == role]


def _digest(given: StageInput | InputRecord | None) -> str | None:
    return given.artifact.digest if given else None


def _value(record: SettingRecord | None) -> Any:
    return record.value if record else None


def _source(record: SettingRecord | None) -> str:
    return record.source if record else ""
