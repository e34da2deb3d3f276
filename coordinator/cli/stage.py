"""`cuegraph stage`: stages as servers of their own, and what to ask them."""

from __future__ import annotations

import json
import mimetypes
import uuid
from pathlib import Path
from typing import Annotated

import typer
from google.protobuf.json_format import MessageToDict

from services.runtime import wire
from services.runtime.errors import InvalidRequest, MediaNotFound
from services.runtime.manifest import now
from services.runtime.registry import load_stage
from services.runtime.request import StageInput, StageRequest
from services.runtime.server import serve
from services.runtime.settings import command_line_layer
from services.runtime.store import blobs
from services.runtime.store.base import Store
from services.runtime.store.keys import UNSHARDED, Step

from .. import admission
from ..app import open_app
from ..pauses import set_paused
from .metrics import stage_metrics
from .options import (
    LogFormatOption,
    MetricsOption,
    StoreOption,
    TlsCertOption,
    TlsClientCaOption,
    TlsKeyOption,
    tls_files,
)
from .output import log_to_stderr, print_json, say, tell

StageArgument = Annotated[str, typer.Argument(metavar="NAME", help="The stage.")]

app = typer.Typer(help="Serves single stages over gRPC.", no_args_is_help=True)


@app.command("serve")
def serve_stages(
    names: Annotated[list[str], typer.Argument(metavar="NAME...", help="One stage, or several in one process.")],
    listen: Annotated[str, typer.Option(metavar="ADDR", help="host:port; port 0 picks a free one.")] = "127.0.0.1:0",
    store: StoreOption = "",
    profile: Annotated[str, typer.Option(help="Whose models are loaded at the start.")] = "",
    capacity: Annotated[int, typer.Option(min=1, help="Runs that each stage takes at once.")] = 1,
    grace: Annotated[float, typer.Option(min=0, help="Seconds that runs have to end after SIGTERM.")] = 30.0,
    tls_cert: TlsCertOption = "",
    tls_key: TlsKeyOption = "",
    tls_client_ca: TlsClientCaOption = "",
    metrics: MetricsOption = "",
    log_format: LogFormatOption = "",
) -> None:
    """Serves stages until SIGTERM. Prints the address once it listens; health says when the models are loaded."""
    opened = open_app(store)
    log_to_stderr(opened.redactor, log_format or opened.process.log_format)
    stages = [opened.local_stage(name, profile, capacity) for name in names]
    with stage_metrics(metrics, stages, opened.node):
        serve(
            stages,
            listen,
            capacity=capacity,
            grace_seconds=grace,
            probes=opened.process.probes,
            tls=tls_files(opened.process.tls, tls_cert, tls_key, tls_client_ca),
            ready=lambda address: tell(f"serving {', '.join(names)} on {address}"),
        )


@app.command("pause")
def pause(name: StageArgument, store: StoreOption = "") -> None:
    """Begins no more steps of a stage, on any coordinator of the store. Those under way go on; the others wait."""
    set_paused(open_app(store).store, name, paused=True)
    say(f"stage {name} is paused; `cuegraph stage resume {name}` lets it go on")


@app.command("resume")
def resume(name: StageArgument, store: StoreOption = "") -> None:
    """Lets a stage that was paused begin steps again."""
    set_paused(open_app(store).store, name, paused=False)
    say(f"stage {name} goes on")


@app.command("request")
def request_of_stage(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The stage.")],
    inputs: Annotated[
        list[str] | None,
        typer.Option("--input", metavar="ROLE=FILE", help="A file for a role of the stage; may be given many times."),
    ] = None,
    settings: Annotated[
        list[str] | None, typer.Option("--set", metavar="SETTING=VALUE", help="May be given many times.")
    ] = None,
    store: StoreOption = "",
    profile: Annotated[str, typer.Option(help="cpu-small or gpu; else by what this machine has.")] = "",
    job: Annotated[str, typer.Option(help="Name of the job to which the run belongs; else one made up.")] = "",
    shard: Annotated[str, typer.Option(help="Part of the film, e.g. a language.")] = UNSHARDED,
) -> None:
    """Puts files into the store and prints what asks a served stage to work on them, for any gRPC client.

    cuegraph stage request vad --input speech_audio=audio.wav --input media=media.json | grpcurl -plaintext -d @ ...
    """
    opened = open_app(store)
    asked = command_line_layer([f"{name}.{setting}" for setting in settings or []])
    request = StageRequest(
        step=Step(job or f"{name}-{now():%Y%m%d-%H%M%S}-{uuid.uuid4().hex[:8]}", 1, name, shard),
        inputs=tuple(_input(opened.store, text) for text in inputs or []),
        settings=admission.stage_settings(load_stage(name), profile or admission.default_profile(), asked),
    )
    print_json(MessageToDict(wire.request_to_proto(request), preserving_proto_field_name=True))


def _input(store: Store, text: str) -> StageInput:
    role, equals, file = text.partition("=")
    if not equals or not file:
        raise InvalidRequest(f"--input {text!r}: write it as ROLE=FILE, e.g. media=media.json")
    path = Path(file)
    if not path.is_file():
        raise MediaNotFound(f"--input {role}: there is no file {file!r}; check the path")
    return StageInput(role, blobs.add_file(store, path, _media_type(path)))


def _media_type(path: Path) -> str:
    """Documents say what they are; of other files the ending says it."""
    if path.suffix == ".json":
        schema = json.loads(path.read_bytes()).get("schema", "")
        kind = schema.removeprefix("cuegraph.").partition("/")[0]
        return f"application/vnd.cuegraph.{kind}+json" if kind else "application/json"
    return mimetypes.guess_type(path.name)[0] or "application/octet-stream"
