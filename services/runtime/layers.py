"""Layers of settings: settled, the first that gives a value, and checked against the dataclass of their stage. Pure."""

from __future__ import annotations

import dataclasses
import functools
import json
import typing
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import ConfigDict, TypeAdapter, ValidationError

from .adapters import documented
from .errors import InvalidSetting, UnknownName, unknown_name
from .manifest import SettingRecord

S = TypeVar("S")


@dataclass(frozen=True)
class Layer:
    """Values from one place, by `stage.setting`."""

    source: str
    """As it will stand in the manifest, e.g. `command line`."""
    values: Mapping[str, Any]


def settle(layers: Sequence[Layer], known: Mapping[str, type]) -> dict[str, dict[str, SettingRecord]]:
    """Settles, per stage, every setting that a layer gives; the first layer wins.

    `known` maps stage names to their settings types. Raises UnknownName and InvalidSetting.
    """
    resolved: dict[str, dict[str, SettingRecord]] = {stage: {} for stage in known}
    for layer in layers:
        for name, value in layer.values.items():
            stage, _, setting = name.partition(".")
            if stage not in known:
                raise unknown_name("stage", stage, known)
            _require_setting(stage, setting, known[stage])
            resolved[stage].setdefault(setting, SettingRecord(value, layer.source))
    return {stage: _checked(stage, known[stage], given) for stage, given in resolved.items()}


def _checked(stage: str, settings_type: type, given: Mapping[str, SettingRecord]) -> dict[str, SettingRecord]:
    _, records = effective(stage, settings_type, given)
    return {name: records[name] for name in given}


def effective(
    stage: str, settings_type: type[S], given: Mapping[str, SettingRecord]
) -> tuple[S, dict[str, SettingRecord]]:
    """The settings of a stage: as its dataclass, and as records with defaults filled in.

    Raises UnknownName for a setting the stage does not have and InvalidSetting for a value it cannot take.
    """
    for setting in given:
        _require_setting(stage, setting, settings_type)
    hints = _hints(typing.cast("Any", settings_type))
    values = {name: _from_text(record.value, hints[name]) for name, record in given.items()}
    adapter: TypeAdapter[S] = adapter_of(typing.cast("Any", settings_type))
    try:
        settings: S = adapter.validate_python(values)
    except ValidationError as error:
        raise _invalid(stage, error.errors()[0], given) from error
    plain = adapter.dump_python(settings, mode="json")
    sources = {name: given[name].source if name in given else "default" for name in plain}
    return settings, {name: SettingRecord(value, sources[name]) for name, value in plain.items()}


def _invalid(stage: str, problem: Mapping[str, Any], given: Mapping[str, SettingRecord]) -> InvalidSetting:
    """Says where the value came from: it may be an environment that nobody thinks of."""
    path = [str(part) for part in problem["loc"]]
    source = f" ({given[path[0]].source})" if path and path[0] in given else ""
    return InvalidSetting(f"setting {'.'.join([stage, *path])}{source}: {problem['msg']}, not {problem['input']!r}")


def json_schema(settings_type: type) -> dict[str, Any]:
    """JSON Schema of a stage's settings, with their docstrings."""
    return adapter_of(settings_type).json_schema()


@functools.cache
def _hints(settings_type: Any) -> Mapping[str, Any]:
    return typing.get_type_hints(settings_type)


@functools.cache
def adapter_of(settings_type: Any) -> TypeAdapter[Any]:
    """Checks values against a dataclass; what it does not have is refused."""
    settings_type.__pydantic_config__ = ConfigDict(extra="forbid", use_attribute_docstrings=True, allow_inf_nan=False)
    return documented(settings_type)


def _require_setting(stage: str, setting: str, settings_type: type) -> None:
    names = [field.name for field in dataclasses.fields(settings_type)]
    if setting not in names:
        problem: UnknownName = unknown_name(f"setting of {stage}", setting, names)
        raise problem


def _from_text(value: Any, hint: Any) -> Any:
    """Lists may be written `srt,vtt` where only text can be given; the rest is left to validation."""
    if not isinstance(value, str) or typing.get_origin(hint) is not tuple:
        return value
    try:
        return json.loads(value) if value.startswith("[") else [part for part in value.split(",") if part]
    except ValueError:
        return value
