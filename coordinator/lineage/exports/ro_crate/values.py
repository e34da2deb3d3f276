"""What goes into actions and comes out: files, models and settings, and the formal parameters they stand for."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from services.runtime.manifest import ModelRecord, Notice, SettingRecord

from ..history import File, History
from . import layout
from .entities import Crate, Reference, local

_BIOSCHEMAS = "https://bioschemas.org/profiles/FormalParameter/1.0-RELEASE"
_TYPES: Mapping[type, str] = {bool: "Boolean", int: "Integer", float: "Float"}


class Values:
    """Adds values to a crate, each once."""

    def __init__(self, crate: Crate, history: History) -> None:
        self._crate = crate
        self._ids = layout.file_ids(history)
        crate.add(_BIOSCHEMAS, "CreativeWork", name="FormalParameter", version="1.0-RELEASE")

    def file(self, file: File) -> Reference:
        return self._crate.add(
            self._ids[file.name],
            "File",
            name=file.file_name,
            description=" ".join((file.role, *(f"{key}={value}" for key, value in sorted(file.attributes.items())))),
            encodingFormat=file.artifact.media_type,
            contentSize=str(file.artifact.size_bytes),
            sha256=file.artifact.digest,
            identifier=file.artifact.uri,
        )

    def model(self, model: ModelRecord) -> Reference:
        return self._crate.add(
            layout.model_id(model),
            "File",
            name=model.name,
            description=model.source,
            version=model.revision,
            license=model.licence,
            encodingFormat="application/octet-stream",
            sha256=model.digest,
        )

    def settings(self, owner: str, action: str, settings: Mapping[str, SettingRecord]) -> list[Reference]:
        """The settings of one action, bound to the parameters of `owner`: a stage, or the job."""
        return [self._setting(owner, action, name, record) for name, record in sorted(settings.items())]

    def _setting(self, owner: str, action: str, name: str, record: SettingRecord) -> Reference:
        value = record.value
        setting = self._crate.add(
            local("setting", action, name), "PropertyValue", name=name, description=f"from {record.source}"
        )
        plain = value if isinstance(value, str | int | float) else json.dumps(value, ensure_ascii=False, sort_keys=True)
        self._crate.set(setting, "value", plain)
        self._crate.exemplify(self.parameter(owner, "setting", name, _TYPES.get(type(value), "Text")), setting)
        return setting

    def parameter(self, owner: str, kind: str, name: str, additional_type: str = "File") -> Reference:
        return self._crate.add(
            layout.parameter_id(owner, kind, name),
            "FormalParameter",
            name=name,
            additionalType=additional_type,
            conformsTo={"@id": _BIOSCHEMAS},
        )

    def as_parameter(self, user: Reference, owner: str, kind: str, name: str, value: Reference) -> Reference:
        """The value as what the workflow or tool `user` takes or gives under that name."""
        parameter = self.parameter(owner, kind, name)
        self._crate.exemplify(parameter, value)
        self._crate.link(user, "output" if kind == "output" else "input", parameter)
        return parameter


def instant(time: datetime) -> str:
    return time.astimezone(UTC).isoformat()


def failed(status: str, errors: Iterable[Notice]) -> dict[str, Any]:
    """What an action says that did not do what it should."""
    message = "; ".join(f"{error.code}: {error.message}" for error in errors)
    return {"actionStatus": "http://schema.org/FailedActionStatus", "error": message or status}
