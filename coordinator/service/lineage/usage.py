"""FindUses and FindMakers: questions to all of the caller's jobs, answered from the index."""

from __future__ import annotations

import re

from cuegraph.v1 import lineage_service_pb2, usage_pb2
from services.runtime.errors import InvalidRequest

from ...lineage.where_used import Deliverable, Kind, where_used
from ...lineage.who_made import Maker, makers_of
from .asker import Asker
from .filling import filled
from .pages import page_of

_DIGEST = re.compile(r"[0-9a-f]{64}")
_KINDS = {
    usage_pb2.USED_KIND_UNSPECIFIED: None,
    usage_pb2.USED_KIND_FILE: Kind.FILE,
    usage_pb2.USED_KIND_MODEL: Kind.MODEL,
    usage_pb2.USED_KIND_TERM: Kind.TERM,
}


def find_uses(asker: Asker, message: lineage_service_pb2.FindUsesRequest) -> lineage_service_pb2.FindUsesResponse:
    if not message.query:
        raise InvalidRequest("say what is looked for: a digest, a model or a term")
    if message.kind not in _KINDS:
        raise InvalidRequest(f"there is no kind {message.kind} of thing to look for; leave it out for any")
    with asker.index() as index:
        found = where_used(index, message.query, _KINDS[message.kind])
    page, more = page_of(found.deliverables, _name_of_deliverable, message)
    return filled(
        lineage_service_pb2.FindUsesResponse,
        found,
        uses=[filled(usage_pb2.Use, it) for it in page],
        use_count=len(found.deliverables),
        next_page_token=more,
    )


def find_makers(asker: Asker, message: lineage_service_pb2.FindMakersRequest) -> lineage_service_pb2.FindMakersResponse:
    if not _DIGEST.fullmatch(message.digest):
        raise InvalidRequest(f"{message.digest!r} is no SHA-256 in lower-case hex")
    with asker.index() as index:
        found = makers_of(index, asker.store, message.digest, message.size_bytes)
    page, more = page_of(found.makers, _name_of_maker, message)
    return filled(
        lineage_service_pb2.FindMakersResponse,
        found,
        makers=[filled(usage_pb2.Maker, it) for it in page],
        maker_count=len(found.makers),
        next_page_token=more,
    )


def _name_of_deliverable(it: Deliverable) -> str:
    return f"{it.manifest} {it.role} {it.file_name}"


def _name_of_maker(it: Maker) -> str:
    return f"{it.job} {it.manifest} {it.what} {it.role} {it.name}"
