"""`cuegraph lineage export`: the lineage of a job for programs of others."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from services.runtime.errors import InvalidRequest

from ..app import open_existing
from ..lineage.exports.formats import FORMATS, Format, format_named, write_whole
from ..lineage.exports.material import Material
from ..lineage.exports.vouching import Vouching
from .options import JobArgument, JsonOption, StoreOption
from .output import print_json, say, writing


def export_lineage(
    job: JobArgument,
    format_name: Annotated[str, typer.Option("--format", help=f"One of {', '.join(FORMATS)}.")],
    out: Annotated[
        Path | None, typer.Option(metavar="PATH", help="A file, or a folder that is new or empty; a file else: stdout.")
    ] = None,
    store: StoreOption = "",
    json: JsonOption = False,
) -> None:
    """Writes the lineage in a form that other programs read."""
    form = format_named(format_name)
    if out is None and (form.is_folder or json):
        raise InvalidRequest(f"name where the {form.name} export goes with --out")
    opened = open_existing(store)
    vouching = Vouching(opened.process.keyring.signers, lambda: opened.trust, opened.process.credential)
    material = Material.of(opened.store, opened.jobs.get(job).job, vouching)
    if out is None:
        _print(form, material)
        return
    with writing(out):
        write_whole(form, material, out)
    _tell(material, form, out, as_json=json)


def _print(form: Format, material: Material) -> None:
    with tempfile.TemporaryDirectory() as folder:
        write_whole(form, material, Path(folder, "export"))
        sys.stdout.buffer.write(Path(folder, "export").read_bytes())


def _tell(material: Material, form: Format, out: Path, *, as_json: bool) -> None:
    if as_json:
        print_json({"job": material.facts.job, "format": form.name, "media_type": form.media_type, "path": str(out)})
    else:
        say(f"the lineage of {material.facts.job} as {form.name}: {out}")
