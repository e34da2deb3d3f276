"""Hallucination: takes out of a transcript what nobody said, tells what and why, and marks what is sung."""

from __future__ import annotations

import logging
from collections import Counter

from services.documents import codec, removals, transcript
from services.documents.lyrics import Lyrics, Span
from services.documents.removals import Removals
from services.documents.speech import Speech
from services.documents.transcript import Transcript
from services.runtime.stage import Input, Output, Run, Stage

from .cleaning import clean, removed_share
from .passages import Context
from .settings import HallucinationSettings

log = logging.getLogger(__name__)


class Hallucination(Stage[HallucinationSettings]):
    name = "hallucination"
    version = "1"
    inputs = (Input("transcript"), Input("speech"), Input("lyrics", optional=True))
    outputs = (Output("transcript", transcript.MEDIA_TYPE), Output("removals", removals.MEDIA_TYPE))

    def run(self, run: Run[HallucinationSettings]) -> None:
        heard = run.read("transcript", codec.reader(Transcript))
        regions = run.read("speech", codec.reader(Speech)).regions
        cleaned, gone = clean(heard, Context(run.settings, regions, _singing(run), heard.audio.end))
        count = sum(len(removal.sources) for removal in gone.removals)
        run.output("transcript", "transcript.json", language=cleaned.language_code).write_bytes(codec.to_json(cleaned))
        path = run.output("removals", "removals.json", removals=str(len(gone.removals)), words=str(count))
        path.write_bytes(codec.to_json(gone))
        _tell(run, cleaned, gone)


def _singing(run: Run[HallucinationSettings]) -> tuple[Span, ...]:
    if not run.inputs("lyrics"):
        return ()
    spans = run.read("lyrics", codec.reader(Lyrics)).spans
    return tuple(span for span in spans if span.kind == "singing")


def _tell(run: Run[HallucinationSettings], cleaned: Transcript, gone: Removals) -> None:
    for removal in gone.removals:
        log.info("%s at %.1f s, %s: %r", removal.reason, removal.start, removal.evidence, removal.text)
    if not gone.removals:
        return
    counts = Counter(removal.reason for removal in gone.removals)
    share = removed_share(cleaned, gone)
    summary = ", ".join(f"{count} {reason}" for reason, count in sorted(counts.items()))
    run.warn("LINES_REMOVED", f"nobody said these: {summary}; {share:.1%} of the words; removals.json lists them")
    if share > run.settings.max_removed_share:
        run.warn(
            "MUCH_REMOVED", f"{share:.0%} of the words were removed; look at the sound, its language and the model"
        )
