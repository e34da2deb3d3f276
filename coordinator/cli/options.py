"""Options that several commands share."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from services.runtime.errors import InvalidRequest
from services.runtime.tls import TlsFiles

from ..turns import Tenants

StoreOption = Annotated[
    str,
    typer.Option("--store", metavar="URL", help="file:///path, s3://bucket/prefix or a folder; else CUEGRAPH_STORE."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON, one value and nothing else, on stdout.")]
OutOption = Annotated[Path, typer.Option("--out", metavar="DIR", help="Where the job folder is laid out.")]
StageAddresses = Annotated[
    list[str] | None,
    typer.Option("--stage", metavar="NAME=HOST:PORT", help="Run this stage there instead of in this process."),
]
TlsCertOption = Annotated[
    str, typer.Option("--tls-cert", metavar="FILE", help="Certificate chain (PEM) of this server; else in the clear.")
]
TlsKeyOption = Annotated[str, typer.Option("--tls-key", metavar="FILE", help="Its private key (PEM).")]
TlsClientCaOption = Annotated[
    str, typer.Option("--tls-client-ca", metavar="FILE", help="Take only clients with a certificate of these (PEM).")
]
MetricsOption = Annotated[
    str, typer.Option(metavar="HOST:PORT", help="Where Prometheus finds metrics; nowhere unless it is given.")
]
LogFormatOption = Annotated[
    str, typer.Option(metavar="FORMAT", help="text or json, one object a line; else CUEGRAPH_LOG_FORMAT, else text.")
]
TenantWeights = Annotated[
    list[str] | None,
    typer.Option("--tenant-weight", metavar="TENANT=NUMBER", help="Its share beside the others', which have 1."),
]
TenantLimits = Annotated[
    list[str] | None,
    typer.Option("--tenant-limit", metavar="TENANT=NUMBER", help="How many of its jobs are driven at once."),
]
JobArgument = Annotated[str, typer.Argument(metavar="JOB", help="Name of a job, as `jobs list` shows it.")]

_CLOCK = re.compile(r"(?:(\d+):)?(\d{1,2}):(\d{1,2}(?:\.\d+)?)")
_SECONDS = re.compile(r"\d+(?:\.\d+)?")


def tls_files(environment: TlsFiles, cert: str, key: str, client_ca: str) -> TlsFiles:
    """The files of a server: those of the command line, else those of the environment. Raises InvalidSetting."""
    return replace(
        environment,
        cert=cert or environment.cert,
        key=key or environment.key,
        client_ca=client_ca or environment.client_ca,
    )


def parse_time(option: str, text: str | None) -> float | None:
    """Seconds of `90`, `90.5`, `01:30` or `00:01:30.500`. Raises InvalidRequest."""
    if text is None:
        return None
    if _SECONDS.fullmatch(text):
        return float(text)
    clock = _CLOCK.fullmatch(text)
    if clock is None or int(clock[2]) > 59 or float(clock[3]) >= 60:
        raise InvalidRequest(f"{option} {text!r} is no time; give seconds (90.5) or HH:MM:SS.mmm (00:01:30.500)")
    return int(clock[1] or 0) * 3600 + int(clock[2]) * 60 + float(clock[3])


def parse_tenants(weights: list[str] | None, limits: list[str] | None) -> Tenants:
    """`--tenant-weight` and `--tenant-limit` options. Raises InvalidRequest."""
    return Tenants(
        weights={
            tenant: _positive("--tenant-weight", text) for tenant, text in _of_tenants("--tenant-weight", weights)
        },
        limits={
            tenant: int(_positive("--tenant-limit", text)) for tenant, text in _of_tenants("--tenant-limit", limits)
        },
    )


def _of_tenants(option: str, given: list[str] | None) -> Iterator[tuple[str, str]]:
    for text in given or []:
        tenant, equals, value = text.partition("=")
        if not tenant or not equals:
            raise InvalidRequest(f"{option} {text!r}: write it as TENANT=NUMBER, e.g. news=2")
        yield tenant, value


def _positive(option: str, text: str) -> float:
    """A limit is a whole number: one below 1 would be no job at all."""
    if not _SECONDS.fullmatch(text) or float(text) <= 0 or (option == "--tenant-limit" and not text.isdigit()):
        raise InvalidRequest(f"{option}: {text!r} is no number above 0, e.g. 2")
    return float(text)


def parse_addresses(given: list[str] | None) -> dict[str, str]:
    """`asr=host:port` options as a table. Raises InvalidRequest."""
    table = {}
    for text in given or []:
        stage, equals, address = text.partition("=")
        if not equals or ":" not in address:
            raise InvalidRequest(f"--stage {text!r}: write it as NAME=HOST:PORT, e.g. asr=127.0.0.1:50051")
        table[stage] = address
    return table
