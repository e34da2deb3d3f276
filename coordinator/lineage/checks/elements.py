"""Do the elements of every document name elements that are there?"""

from __future__ import annotations

from collections.abc import Iterator

from services.runtime.errors import LineageBroken
from services.runtime.store import keys

from ..facts import Document, JobFacts
from ..findings import DOCUMENT_INVALID, ELEMENT_BROKEN, Finding
from ..joins import Written, element_ids, from_outside, made_from, references, written


def check_elements(facts: JobFacts) -> Iterator[Finding]:
    """Resolves every `from` in the document that the step took. Needs the documents to have been read."""
    for digest, problem in facts.document_problems.items():
        yield DOCUMENT_INVALID.broken(keys.blob(digest), problem)
    for made in written(facts):
        if outside := from_outside(facts, made):
            yield from _check_references(made, outside, "the transcript of the job")
        elif source := _source(facts, made):
            yield from _check_references(made, source.document, source.output.file_name)


def _source(facts: JobFacts, made: Written) -> Written | None:
    try:
        return made_from(facts, made)
    except LineageBroken:
        return None  # what keeps it from being joined is a finding of its own


def _check_references(made: Written, source: Document, name_of_source: str) -> Iterator[Finding]:
    known = element_ids(source)
    broken = [(element, name) for element, names in references(made.document) for name in names if name not in known]
    if broken:
        element, name = broken[0]
        wrong = f"{made.output.file_name}: {element} was made from {name}, which {name_of_source} does not have"
        more = f" ({len(broken)} such elements)" if len(broken) > 1 else ""
        yield ELEMENT_BROKEN.broken(made.output.artifact.uri, wrong + more)
