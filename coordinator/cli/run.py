"""`cuegraph run`: films through a workflow, on this machine."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

import typer

from services.runtime.layers import Layer
from services.runtime.settings import command_line_layer, file_layer

from .. import pipeline
from ..admission import JobRequest, resolve
from ..app import App, open_app
from ..records import JobRecord
from .batch import run_batch
from .finishing import finish
from .options import JsonOption, OutOption, StageAddresses, StoreOption, parse_addresses, parse_time
from .output import err, only_json, require_writable
from .subjects import films, glossary, is_batch, subject_of


def run(
    media: Annotated[
        list[Path],
        typer.Argument(metavar="MEDIA", help="Films, recordings, folders of them, or transcripts (JSON) to translate."),
    ],
    workflow: Annotated[str, typer.Option(help="transcribe, translate or subtitle.")] = "subtitle",
    source: Annotated[
        str,
        typer.Option(
            "--source-language", "--source", metavar="LANGUAGE", help="What is spoken, e.g. en; auto: find out."
        ),
    ] = "en",
    targets: Annotated[
        list[str] | None,
        typer.Option("--target", metavar="LANGUAGE", help="Translate into it, e.g. pt; may be given many times."),
    ] = None,
    title: Annotated[str, typer.Option(help="Title of the film; else its file name says it.")] = "",
    year: Annotated[int | None, typer.Option(help="Year of release.")] = None,
    glossaries: Annotated[
        list[str] | None,
        typer.Option(
            "--glossary",
            metavar="[LEVEL=]FILE",
            help="Terms: TSV, CSV or JSON. LEVEL is film, job (default), learned or general; may be given many times.",
        ),
    ] = None,
    profile: Annotated[str, typer.Option(help="cpu-small or gpu; else by what this machine has.")] = "",
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="STAGE.SETTING=VALUE",
            help="E.g. asr.beam_size=5, see docs/stages; may be given many times.",
        ),
    ] = None,
    job_file: Annotated[
        Path | None, typer.Option("--job", metavar="FILE", help="Settings as TOML, one table per stage.")
    ] = None,
    start: Annotated[str | None, typer.Option(metavar="TIME", help="Begin there: seconds or HH:MM:SS.mmm.")] = None,
    end: Annotated[str | None, typer.Option(metavar="TIME", help="End there: seconds or HH:MM:SS.mmm.")] = None,
    audio_stream: Annotated[
        int | None, typer.Option(min=0, metavar="N", help="Take this audio stream, from 0; else by language.")
    ] = None,
    audio_language: Annotated[
        str, typer.Option(metavar="LANGUAGE", help="Take the audio stream in this language.")
    ] = "",
    no_cache: Annotated[bool, typer.Option("--no-cache", help="Do every stage anew.")] = False,
    first_anew: Annotated[
        str, typer.Option("--from", metavar="STAGE", help="Do this stage and all after it anew.")
    ] = "",
    debug: Annotated[
        bool, typer.Option("--debug", help="Keep the scratch files of stages and show their DEBUG lines.")
    ] = False,
    store: StoreOption = "",
    out: OutOption = Path("out"),
    stage: StageAddresses = None,
    json: JsonOption = False,
) -> None:
    """Runs films through a workflow and lays out what came of each as a folder.

    Of a folder every film and recording in it and below it is taken. One that goes wrong does not stop the others;
    with --json the answer is then a list. The same command given again goes on with a job that did not end, and takes
    over what is done already.
    """
    with only_json(wanted=json) as stream:
        require_writable(out)
        chosen = _given({"demux.audio_stream": audio_stream, "demux.audio_language": audio_language or None})
        layers = [command_line_layer(settings or []), chosen] + ([file_layer(job_file)] if job_file else [])
        request = JobRequest(
            workflow,
            source,
            profile,
            tuple(layers),
            parse_time("--start", start),
            parse_time("--end", end),
            target_languages=tuple(targets or ()),
            title=title,
            year=year,
            first_anew=first_anew,
            debug=debug,
        )
        files = tuple(glossary(text) for text in glossaries or ())
        asked = Asked(open_app(store, parse_addresses(stage)), request, files, no_cache)
        json_stream = stream if json else None
        if not is_batch(media):
            raise typer.Exit(finish(asked.app, asked.submit(media[0]), out, json_stream))
        found = films(media)
        resolve(asked.request_for(found[0]))  # what is wrong with the request would be wrong for every film
        raise typer.Exit(run_batch(asked.app, found, asked.submit, out, json_stream))


@dataclass(frozen=True)
class Asked:
    """What a command line asks for, whatever film it is about."""

    app: App
    request: JobRequest
    files: tuple[tuple[str, Path], ...]
    """What comes with every film, each with what it is for."""
    is_all_anew: bool

    def request_for(self, path: Path) -> JobRequest:
        """The request as it stands for a film or a transcript. Raises UnknownName for an unknown workflow."""
        subject = subject_of(path)
        stages = pipeline.load(self.request.workflow, subject).stages
        return replace(
            self.request, subject=subject, first_anew=stages[0] if self.is_all_anew else self.request.first_anew
        )

    def submit(self, path: Path) -> JobRecord:
        """The job for a film, a new one or one that has not ended. Raises InputError."""
        job, is_new = self.app.submit(path, self.request_for(path), self.files)
        if not is_new:
            err.print(f"job {job.job} was asked for in the same words and has not ended: going on with it")
        return job


def _given(values: dict[str, Any]) -> Layer:
    return Layer("command line", {name: value for name, value in values.items() if value is not None})
