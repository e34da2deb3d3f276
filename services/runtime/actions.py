"""Actions: exactly what may change the outputs of a step, as one digest.

In it: stage and version, effective settings, roles and digests of the inputs in order, models by digest, a salt.
Never in it: host, times, names of jobs and files.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .artifact import digest_bytes
from .canonical import canonical_json
from .errors import InvalidRequest
from .layers import effective
from .manifest import InputRecord, ModelRecord, SettingRecord
from .models import ModelStore
from .request import StageInput, StageRequest
from .stage import Stage

SALT = "1"
"""Changed when results of earlier versions must not be used any more."""


@dataclass(frozen=True)
class Action:
    """A request that was checked and has every default filled in."""

    settings: Any
    """The stage's settings dataclass."""
    setting_records: dict[str, SettingRecord]
    models: tuple[ModelRecord, ...]
    inputs: tuple[StageInput, ...]
    key: str


def action_of(stage: Stage[Any], request: StageRequest, models: ModelStore) -> Action:
    """Checks a request. Raises UnknownName, InvalidSetting, InvalidRequest or ModelError if it cannot be run."""
    settings, records = effective(stage.name, stage.settings_type(), request.settings)
    _check_roles(stage, request.inputs)
    used = models_of(stage, settings, models)
    key = action_key(stage.name, stage.version, records, request.inputs, used)
    return Action(settings, records, used, request.inputs, key)


def models_of(stage: Stage[Any], settings: Any, models: ModelStore) -> tuple[ModelRecord, ...]:
    """The models that a run uses. Raises UnknownName, and ModelError for one that is for another stage."""
    return tuple(models.record_for(stage.name, name) for name in stage.models(settings))


def action_key(
    stage: str,
    version: str,
    settings: Mapping[str, SettingRecord],
    inputs: Sequence[StageInput | InputRecord],
    models: Sequence[ModelRecord],
) -> str:
    """The digest that stands for the action; a manifest's own fields give it again."""
    return digest_bytes(
        canonical_json(
            {
                "salt": SALT,
                "stage": stage,
                "version": version,
                "settings": {name: record.value for name, record in settings.items()},
                "inputs": [[given.role, given.artifact.digest] for given in inputs],
                "models": sorted(model.digest for model in models),
            }
        )
    )


def _check_roles(stage: Stage[Any], inputs: Sequence[StageInput]) -> None:
    known = {declared.role: declared for declared in stage.inputs}
    for given in inputs:
        if given.role not in known:
            raise InvalidRequest(f"{stage.name} takes no {given.role!r}; it takes {', '.join(known) or 'nothing'}")
    for declared in stage.inputs:
        count = sum(given.role == declared.role for given in inputs)
        if count == 0 and not declared.optional:
            raise InvalidRequest(f"{stage.name} needs {declared.role!r} and got none; add it to the inputs")
        if count > 1 and not declared.many:
            raise InvalidRequest(f"{stage.name} takes one {declared.role!r} and got {count}")
