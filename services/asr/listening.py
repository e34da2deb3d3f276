"""Decodes a window as often as it takes: plainly, led by the glossary, and again if it looks wrong."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from .choosing import best, doubted, is_believed, led_astray, refused
from .judging import NO_SPEECH, Thresholds, suspicions
from .languages import UNSPACED
from .prompting import SEPARATOR, Prompter, hotwords
from .recognition import Draft, Encoded, Heard, Options, Recogniser, Refused, Stretch

log = logging.getLogger(__name__)

TEMPERATURES = (0.2, 0.4, 0.6, 0.8, 1.0)
"""Whisper's ladder."""


@dataclass(frozen=True)
class Listener:
    """Listens to windows with all that is known of the film."""

    recogniser: Recogniser
    options: Options
    limits: Thresholds
    check: Callable[[], None]
    """Called before every decoding; may raise."""
    prompter: Prompter | None = None
    redecode: bool = True

    def hear(self, stretches: Sequence[Stretch], before: str) -> list[Heard]:
        """What is said in windows, the first of which follows one with the text `before`. Raises EngineOutOfMemory.

        A batch gives what its windows would give one by one.
        """
        encoded = self.recogniser.encode([it.samples for it in stretches])
        self.check()
        heard: list[Heard] = []
        for position, draft in enumerate(self.recogniser.decode(encoded, self.options)):
            window = _Window(self, encoded, position, stretches[position].speech_seconds)
            heard.append(self._settled(window, window.judged(draft), before))
            before = heard[-1].text
        return self._with_words(encoded, heard)

    def _settled(self, window: _Window, plain: Draft, before: str) -> Heard:
        """The best decoding of a window, of as many as it takes."""
        heard = self._led(window, plain, before)
        if not (self.redecode and heard.draft.suspicions):
            return heard
        again = [heard.draft, *self._again(window, heard.draft)]
        if len(again) > 1 and all(draft.suspicions for draft in again):
            again = doubted(again, self.limits.agreement, spaced=window.spaced)
        chosen = best(again)
        log.debug("decoded %d times, chose number %d: %s", len(again), chosen, again)
        return Heard(
            again[chosen],
            refused=(*heard.refused, *refused(again, chosen)),
            redecoded=True,
            replaced=chosen > 0,
            believed=is_believed(again[chosen]),
        )

    def _led(self, window: _Window, plain: Draft, before: str) -> Heard:
        """A window decoded with the terms that are near, or plainly if none is or they led astray."""
        terms = self.prompter.offer(plain.text, before) if self.prompter else ()
        if self.prompter is None or not terms:
            return Heard(plain)
        expected = SEPARATOR.join(filter(None, (self.options.hotwords, hotwords(terms))))
        draft = window.decode(replace(self.options, hotwords=expected))
        led = replace(draft, terms=tuple(term.id for term in terms))
        if problem := led_astray(plain, led, self.prompter.invented(plain.text, led.text)):
            return Heard(plain, refused=(Refused(led, problem),))
        return Heard(led, refused=(Refused(plain, "the other one was told the terms of the glossary that are near"),))

    def _again(self, window: _Window, draft: Draft) -> Iterator[Draft]:
        """New decodings of a suspicious one until one is not: without what led it, then at rising temperatures.

        Sound that the model takes for no speech is not asked again, as in Whisper: that probability is the same at all
        temperatures, and the texts only get wilder.
        """
        alone = replace(self.options, initial_prompt="", hotwords="")
        tries = [replace(alone, temperature=it) for it in TEMPERATURES if it > self.options.temperature]
        if alone != self.options:
            tries.insert(0, alone)
        elif NO_SPEECH in draft.suspicions:
            return
        for options in tries:
            draft = window.decode(options)
            yield draft
            if not draft.suspicions or NO_SPEECH in draft.suspicions:
                return

    def _with_words(self, encoded: Encoded, heard: Sequence[Heard]) -> list[Heard]:
        """With the times of the words that are believed."""
        self.check()
        drafts = [it.draft if it.believed else replace(it.draft, tokens=()) for it in heard]
        words = self.recogniser.words(encoded, drafts, self.options)
        return [replace(it, words=found) for it, found in zip(heard, words, strict=True)]


@dataclass(frozen=True)
class _Window:
    """One window of a batch, which can be decoded by itself."""

    listener: Listener
    batch: Encoded
    position: int
    speech_seconds: float

    @property
    def spaced(self) -> bool:
        return self.listener.options.language not in UNSPACED

    def decode(self, options: Options) -> Draft:
        self.listener.check()
        (draft,) = self.listener.recogniser.decode(self._alone, options)
        return self.judged(draft)

    def judged(self, draft: Draft) -> Draft:
        found = suspicions(draft, self.speech_seconds, self.listener.limits, spaced=self.spaced)
        return replace(draft, suspicions=found)

    @cached_property
    def _alone(self) -> Encoded:
        """Encoded again unless the batch is this window alone: the engine cannot take a batch apart."""
        if len(self.batch.windows) == 1:
            return self.batch
        return self.listener.recogniser.encode([self.batch.windows[self.position]])
