"""ListLineageFormats and ExportLineage: the lineage of a job for programs of others, piece by piece."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from pathlib import Path

from cuegraph.v1 import lineage_service_pb2
from services.runtime.errors import InvalidRequest

from ...lineage.exports.formats import FORMATS, Format, format_named, write_whole
from .asker import Asker
from .filling import filled

PIECE_BYTES = 64 * 1024

Piece = lineage_service_pb2.ExportLineageResponse


def list_formats(
    _: Asker, __: lineage_service_pb2.ListLineageFormatsRequest
) -> lineage_service_pb2.ListLineageFormatsResponse:
    formats = [filled(lineage_service_pb2.LineageFormat, form) for form in FORMATS.values()]
    return lineage_service_pb2.ListLineageFormatsResponse(formats=formats)


def export_lineage(asker: Asker, message: lineage_service_pb2.ExportLineageRequest) -> Generator[Piece, None, None]:
    """Writes the export to a folder that is gone when this ends, and reads it out."""
    if not message.format:
        raise InvalidRequest(f"name a format: {', '.join(FORMATS)}")
    form, material = format_named(message.format), asker.material(message.name)
    with asker.node.workspace() as folder:
        out = folder / "export"
        write_whole(form, material, out)
        for name, path in _files(form, material.facts.job, out):
            yield from _pieces(name, path)


def _files(form: Format, job: str, out: Path) -> Iterator[tuple[str, Path]]:
    """Every file of an export in order of name."""
    if not form.is_folder:
        yield f"{job}{form.extension}", out
        return
    for path in sorted(path for path in out.rglob("*") if path.is_file()):
        yield path.relative_to(out).as_posix(), path


def _pieces(name: str, path: Path) -> Iterator[Piece]:
    """At least one, so that an empty file comes too."""
    with path.open("rb") as file:
        piece = file.read(PIECE_BYTES)
        yield Piece(file_name=name, data=piece)
        while piece := file.read(PIECE_BYTES):
            yield Piece(file_name=name, data=piece)
