"""`cuegraph jobs edit`: subtitles that a person edited are put back."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from services.runtime.errors import unknown_name
from services.runtime.languages import canonical_tag, is_same_language

from .. import intake
from ..app import open_existing
from ..lineage.comparing.proposal import files_of, request_of
from ..records import JobRecord
from .finishing import finish
from .options import JobArgument, JsonOption, OutOption, StageAddresses, StoreOption, parse_addresses
from .output import only_json, require_writable


def edit(
    job: JobArgument,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The track as you want it: SRT or WebVTT.")],
    language: Annotated[
        str, typer.Option(metavar="LANGUAGE", help="Which track, e.g. pt; else that of the language that is spoken.")
    ] = "",
    by: Annotated[str, typer.Option("--by", metavar="NAME", help="Whose work it is: lineage will name them.")] = "",
    store: StoreOption = "",
    out: OutOption = Path("out"),
    stage: StageAddresses = None,
    json: JsonOption = False,
) -> None:
    """Puts edited subtitles back: a new job of the same film, with your words in every file and in the film.

    What comes before the subtitles is taken over. Lineage names the edit as the origin of what you changed, and keeps
    what was there before.
    """
    with only_json(wanted=json) as stream:
        require_writable(out)
        opened = open_existing(store, parse_addresses(stage))
        record = opened.jobs.get(job)
        taken = intake.take_in_files(opened.store, [(_purpose(record, language), file)])
        edited = tuple(replace(one, author=by) for one in taken)
        again, _ = opened.ask_again(record, request_of(record, {}), files_of(record, edited))
        raise typer.Exit(finish(opened, again, out, stream if json else None))


def _purpose(record: JobRecord, language: str) -> str:
    """What the file is for, as pipelines call it. Raises UnknownName for a language that the job has no track of."""
    wanted = canonical_tag(language) if language else ""
    if not wanted or is_same_language(wanted, record.source_language):
        return intake.EDITED
    if wanted not in record.target_languages:
        raise unknown_name(f"track of job {record.job}", wanted, (record.source_language, *record.target_languages))
    return f"{intake.EDITED}.{wanted}"
