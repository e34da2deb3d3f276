"""Do the attempts at each step tell one story: numbered without a gap, and agreed on which of them ended?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from services.runtime.manifest import Manifest
from services.runtime.store.keys import Step

from ..facts import FoundManifest, JobFacts
from ..findings import ATTEMPT_CHAIN_BROKEN, ATTEMPT_UNFINISHED, OUTPUT_ORPHANED, Finding
from ..layout import place_of
from .records import unaltered
from .times import is_before


def check_attempts(facts: JobFacts) -> Iterator[Finding]:
    """Did every attempt that began leave its manifest?"""
    ended = {found.key for found in facts.manifests} | facts.sealed.keys()
    for place in facts.began:
        assert place.attempt is not None
        if place.step.attempt(place.attempt, "manifest") not in ended:
            problem = f"attempt {place.attempt} at {place.step.folder} began and left no manifest"
            yield ATTEMPT_UNFINISHED.broken(place.key, problem)


def check_chains(facts: JobFacts) -> Iterator[Finding]:
    """Do the numbers of attempts have no gap, and does each manifest say rightly which before it had not ended?"""
    ended: dict[Step, dict[int, FoundManifest]] = {}
    for found in unaltered(facts):
        if found.place.attempt is not None:
            ended.setdefault(found.place.step, {})[found.place.attempt] = found
    for step, numbers in _begun(facts).items():
        gap = next((number for number in range(1, max(numbers)) if number not in numbers), None)
        if gap is not None:
            problem = f"attempt {max(numbers)} at {step.folder} is there and attempt {gap} is not"
            yield ATTEMPT_CHAIN_BROKEN.broken(step.prefix, problem)
            continue
        of_step = ended.get(step, {})
        lost = [n for n in numbers if n not in of_step and step.attempt(n, "manifest") not in facts.sealed]
        for found in of_step.values():
            yield from _check_unfinished(found, numbers, of_step, lost)


def check_orphans(facts: JobFacts) -> Iterator[Finding]:
    """Only what was done has outputs: those of a failed attempt can be taken by nobody."""
    for found in {found.digest: found for found in unaltered(facts)}.values():
        manifest = found.content
        if manifest and manifest.outputs and not manifest.status.is_done:
            problem = f"it says {manifest.status} and lists {manifest.outputs[0].role!r} as an output"
            yield OUTPUT_ORPHANED.broken(found.key, problem)


def _begun(facts: JobFacts) -> Mapping[Step, set[int]]:
    """Numbers of the attempts of which anything is left, or of which the seal knows."""
    sealed = [place for key in facts.sealed if (place := place_of(key))]
    numbers: dict[Step, set[int]] = {}
    for place in (*facts.began, *sealed, *(found.place for found in facts.manifests)):
        if place.attempt is not None:
            numbers.setdefault(place.step, set()).add(place.attempt)
    return numbers


def _check_unfinished(
    found: FoundManifest, begun: set[int], ended: Mapping[int, FoundManifest], lost: Sequence[int]
) -> Iterator[Finding]:
    """`lost` are the attempts that began and left no manifest."""
    manifest, number = found.content, found.place.attempt
    if manifest is None or number is None or manifest.attempt != number:
        return  # told elsewhere
    silent = {n for n in lost if n < number}.difference(manifest.unfinished_attempts)
    wrong = [n for n in manifest.unfinished_attempts if n >= number or n not in begun or _had_ended(ended, n, manifest)]
    if silent:
        problem = f"it does not name attempt {min(silent)} as unfinished, and that has no manifest"
        yield ATTEMPT_CHAIN_BROKEN.broken(found.key, problem)
    elif wrong:
        problem = f"it names attempt {wrong[0]} as unfinished, which had ended before it or never was"
        yield ATTEMPT_CHAIN_BROKEN.broken(found.key, problem)


def _had_ended(ended: Mapping[int, FoundManifest], number: int, later: Manifest) -> bool:
    """A frozen attempt may have ended since: then its times say that it ended after the later one began."""
    earlier = ended[number].content if number in ended else None
    return earlier is not None and is_before(earlier.times.finished, later.times.started, earlier.host, later.host)
