"""A proposed change of what a job was asked for: other settings, glossaries, model revisions. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from services.documents import transcript
from services.runtime.errors import InvalidRequest
from services.runtime.layers import Layer
from services.runtime.redaction import MASK

from ...admission import JobRequest
from ...records import FileRecord, JobRecord

_FILLED_IN = "pipeline"
"""The source of settings that the pipeline fills in again."""
_FILE_NAME = "metadata.file_name"


@dataclass(frozen=True)
class Proposal:
    """What would be otherwise."""

    settings: Mapping[str, Any] = field(default_factory=dict)
    """By `stage.setting`."""
    glossaries: tuple[FileRecord, ...] = ()
    """They take the place of all that the job has of the same level."""
    revisions: Mapping[str, str] = field(default_factory=dict)
    """Revision of a model by its name in the catalog."""

    @property
    def is_empty(self) -> bool:
        return not (self.settings or self.glossaries or self.revisions)


def request_of(record: JobRecord, settings: Mapping[str, Any]) -> JobRequest:
    """What would have to be asked for to get the job again, with these settings before its own.

    Every setting that somebody gave keeps its value and its source, whatever profile and environment say today; that
    the job was to be done anew does not count. Raises InvalidRequest if a value was a secret, which no record holds.
    """
    _require_values(record, settings)
    return JobRequest(
        workflow=record.workflow,
        source_language=record.source_language,
        profile=record.profile,
        layers=(Layer("command line", settings), *_recorded(record)),
        clip_start=record.clip_start,
        clip_end=record.clip_end,
        target_languages=record.target_languages,
        file_name=_file_name(record),
        subject="transcript" if record.media.artifact.media_type == transcript.MEDIA_TYPE else "film",
        debug=record.debug,
        tenant=record.tenant,
        priority=record.priority,
    )


def files_of(record: JobRecord, glossaries: Sequence[FileRecord]) -> tuple[FileRecord, ...]:
    """What would come with the film."""
    replaced = {file.name for file in glossaries}
    return (*(file for file in record.files if file.name not in replaced), *glossaries)


def _recorded(record: JobRecord) -> Iterable[Layer]:
    given = {name: it for name, it in record.settings.items() if it.source != _FILLED_IN}
    for source in dict.fromkeys(it.source for it in given.values()):
        yield Layer(source, {name: it.value for name, it in given.items() if it.source == source})


def _file_name(record: JobRecord) -> str:
    """As the film was called when the job was asked for: a film of the store may have had no name."""
    filled = record.settings.get(_FILE_NAME)
    return filled.value if filled and isinstance(filled.value, str) else record.media.file_name


def _require_values(record: JobRecord, settings: Mapping[str, Any]) -> None:
    for name, it in record.settings.items():
        if MASK in str(it.value) and name not in settings:
            raise InvalidRequest(
                f"setting {name} of job {record.job} held a secret, which was not kept; give it: --set"
            )
