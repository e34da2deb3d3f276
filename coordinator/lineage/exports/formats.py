"""The list of exports, and how one comes to be on disk: whole, or not at all."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from services.runtime.errors import OutNotWritable, unknown_name

from ..facts import JobFacts
from ..page.html import page
from .bagit import folder as bagit
from .c2pa import folder as c2pa
from .dot import as_dot
from .graph_json import as_json
from .history import History, history_of
from .in_toto import folder as in_toto
from .material import Material
from .mermaid import as_mermaid
from .openlineage.events import as_openlineage
from .prov.json_form import as_prov_json
from .prov.turtle_form import as_turtle
from .ro_crate import folder as ro_crate

Write = Callable[[Material, Path], None]


@dataclass(frozen=True)
class Format:
    """One form that other programs read."""

    name: str
    write: Write
    """Writes to a path at which nothing is yet, in a folder that is there. Its bytes follow from the bucket alone."""
    media_type: str
    """Of the file; of a folder, of the file in it that says what the others are."""
    extension: str
    """That such a file bears, e.g. `.json`; empty for a folder."""
    is_folder: bool = False


def drawn(text_of: Callable[[JobFacts], str]) -> Write:
    """Writes one text, of what was read of the job."""

    def write(material: Material, path: Path) -> None:
        path.write_text(text_of(material.facts), encoding="utf-8", newline="")

    return write


def told(text_of: Callable[[History], str]) -> Write:
    """Writes one text, of the job's history."""

    def write(material: Material, path: Path) -> None:
        path.write_text(text_of(history_of(material)), encoding="utf-8", newline="")

    return write


FORMATS: Mapping[str, Format] = {
    one.name: one
    for one in (
        Format("json", drawn(as_json), "application/json", ".json"),
        Format("dot", drawn(as_dot), "text/vnd.graphviz", ".dot"),
        Format("mermaid", drawn(as_mermaid), "text/vnd.mermaid", ".mmd"),
        Format("html", drawn(page), "text/html", ".html"),
        Format("openlineage", told(as_openlineage), "application/x-ndjson", ".ndjson"),
        Format("prov", told(as_prov_json), "application/json", ".json"),
        Format("prov-o", told(as_turtle), "text/turtle", ".ttl"),
        Format("ro-crate", ro_crate.write, "application/ld+json", "", is_folder=True),
        Format("in-toto", in_toto.write, "application/vnd.in-toto+json", "", is_folder=True),
        Format("c2pa", c2pa.write, "application/c2pa", "", is_folder=True),
        Format("bagit", bagit.write, "text/plain", "", is_folder=True),
    )
}


def format_named(name: str) -> Format:
    """Raises UnknownName for one that is not among FORMATS."""
    if name not in FORMATS:
        raise unknown_name("lineage format", name, FORMATS)
    return FORMATS[name]


def write_whole(form: Format, material: Material, out: Path) -> None:
    """Writes the export beside `out` and moves it there when it is complete: an interruption leaves no half of it.

    Raises OutNotWritable for what must not be replaced: any folder with something in it, and for a format of one file
    whatever is no file. Raises OSError if the disk does not take it.
    """
    _check_replaceable(form, out)
    with tempfile.TemporaryDirectory(dir=out.absolute().parent, prefix=".") as folder:
        unfinished = Path(folder, "export")
        form.write(material, unfinished)
        unfinished.replace(out)


def _check_replaceable(form: Format, out: Path) -> None:
    if form.is_folder and out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise OutNotWritable(f"{str(out)!r} is not an empty folder; name a new one for the {form.name} export")
    if not form.is_folder and out.exists() and not out.is_file():
        raise OutNotWritable(f"{str(out)!r} is not a file; name one for the {form.name} export")
