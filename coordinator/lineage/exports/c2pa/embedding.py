"""Puts a manifest into a copy of a film or sound: the only place that knows the library."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from services.runtime.errors import InvalidSetting, ToolMissing

from .credential import Credential

FORMATS = frozenset({"video/mp4", "video/quicktime", "audio/wav", "audio/flac"})
"""Media types of files that get a manifest."""
_ALONE = {
    "version": 1,
    "verify": {"remote_manifest_fetch": False, "ocsp_fetch": False},
    "builder": {"thumbnail": {"enabled": False}},
}
"""Nothing is asked of a network, and no picture is taken of the film."""

Json = dict[str, Any]


@dataclass(frozen=True)
class Inscription:
    """What is to be said of a file."""

    definition: Json
    """The manifest, as the builder of the library takes it."""
    ingredient: Json
    film: Path | None
    """The ingredient's file where its format can hold a manifest: that is then carried on."""


def embed(told: Inscription, source: Path, target: Path, by: Credential) -> None:
    """Writes a copy of `source` with the manifest to `target`.

    Raises InvalidSetting if the certificate is none that C2PA takes or the file cannot hold a manifest, ToolMissing
    without the library.
    """
    library = _library()
    try:
        _embed(library, told, source, target, by)
    except library.C2paError as error:
        raise InvalidSetting(
            f"{told.definition['title']!r} cannot be signed for C2PA: {error}; "
            "see docs/exports.md for what the certificate must say, and check that the file plays"
        ) from error


def _embed(library: Any, told: Inscription, source: Path, target: Path, by: Credential) -> None:
    format_name = told.definition["format"]
    with _builder(library, told) as builder, _signer(library, by) as signer:
        if told.film:
            with told.film.open("rb") as read:
                builder.add_ingredient(json.dumps(told.ingredient), told.ingredient["format"], read)
        with source.open("rb") as read, target.open("w+b") as written:
            builder.sign(signer, format_name, read, written)


def _builder(library: Any, told: Inscription) -> Any:
    ingredients = {} if told.film else {"ingredients": [told.ingredient]}
    return library.Builder.from_json(json.dumps({**told.definition, **ingredients}), library.Context.from_dict(_ALONE))


def _signer(library: Any, by: Credential) -> Any:
    """Without an authority that stamps the time: none is asked."""
    return library.Signer.from_info(library.C2paSignerInfo(by.algorithm.encode(), by.chain, by.key, None))


def _library() -> Any:
    try:
        import c2pa  # noqa: PLC0415  an extra, with a library in it that is slow to load
    except ImportError as error:
        raise ToolMissing("c2pa-python is not installed; pip install 'cuegraph[c2pa]'") from error
    return c2pa
