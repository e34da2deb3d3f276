"""What a person changed in a track: the file that they put back, and what stood there before."""

from __future__ import annotations

from services.documents.cues import Cue

from .facts import JobFacts
from .joins import Written
from .traced import TracedEdit

EDITED = "edited"
"""The input by which the subtitles stage takes such a file."""


def traced_edit(facts: JobFacts, track: Written, cue: Cue) -> TracedEdit | None:
    """The edit of a cue of the track; None if it is as it was laid out."""
    if cue.edit is None:
        return None
    taken = next((it for it in track.manifest.inputs if it.role == EDITED), None)
    digest = taken.artifact.digest if taken else ""
    files = facts.job_record.files if facts.job_record else ()
    file = next((it for it in files if it.artifact.digest == digest), None)
    name, author = (file.file_name, file.author) if file else ("", "")
    return TracedEdit(name, digest, author, cue.edit.row, cue.edit.former)
