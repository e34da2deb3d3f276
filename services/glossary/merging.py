"""Makes one glossary of many: what the nearest source says counts, and where it is silent the next one's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from services.documents.coverage import GlossaryProblem
from services.documents.entries import Entry
from services.documents.folding import fold, language_of
from services.documents.glossary import PRECEDENCE, Glossary, Level, Term

UNDETERMINED = "und"

Statement = tuple[str, str]
"""What something is said about, e.g. `("translation", "pt")`."""


@dataclass(frozen=True)
class Said:
    """An entry and where it stands."""

    entry: Entry
    level: Level
    source: str
    """Its glossary: `<level>:<position>` for a file, `metadata:film` for the film document."""
    id: str
    """`<source>:<line or index>`, or an element of the film document."""


@dataclass(frozen=True)
class Draft:
    """A term in the making: all that is said of it, the nearest first."""

    said: list[Said]

    @property
    def text(self) -> str:
        return self.said[0].entry.term

    @cached_property
    def decided(self) -> dict[Statement, tuple[str | bool, Said]]:
        """Of each statement the nearest, and who makes it."""
        nearest: dict[Statement, tuple[str | bool, Said]] = {}
        for it in self.said:
            for statement, value in _statements(it.entry):
                nearest.setdefault(statement, (value, it))
        return nearest

    def all(self, kind: str) -> dict[str, str]:
        """The statements of one kind, by their detail."""
        return {detail: str(value) for (it, detail), (value, _) in self.decided.items() if it == kind}

    def is_said(self, kind: str, default: bool) -> bool:
        """A statement that is yes or no."""
        return bool(self.decided.get((kind, ""), (default, None))[0])

    def contradicted(self, it: Said) -> list[Statement]:
        """What `it` says and does not count, as something nearer says otherwise."""
        return [statement for statement, value in _statements(it.entry) if self.decided[statement][0] != value]

    def counts(self, it: Said) -> bool:
        """Whether anything that `it` says counts."""
        return it is self.said[0] or any(source is it for _, source in self.decided.values())


@dataclass(frozen=True)
class Merged:
    glossary: Glossary
    drafts: tuple[Draft, ...]
    """Of each term what is said of it."""
    left_out: tuple[Said, ...]
    """In another language, or beyond the limit."""
    problems: tuple[GlossaryProblem, ...]


def merge(said: Iterable[Said], language: str, maximum_terms: int) -> Merged:
    """One glossary in `language` of all that is said; with `und`, of every language."""
    ordered = sorted(said, key=lambda it: PRECEDENCE.index(it.level))
    spoken = [it for it in ordered if _is_in(it.entry.language, language)]
    foreign = [it for it in ordered if not _is_in(it.entry.language, language)]
    ranked = sorted(_drafts(spoken, language), key=_rank)
    kept, beyond = ranked[:maximum_terms], [it for draft in ranked[maximum_terms:] for it in draft.said]
    aliases, problems = _aliases(kept, language)
    terms = tuple(_term(number, draft, aliases[number]) for number, draft in enumerate(kept))
    problems += _differing_translations(kept)
    problems += _left_out("OTHER_LANGUAGE", f"not in the film's language, {language}", foreign)
    problems += _left_out("BEYOND_LIMIT", f"beyond glossary.maximum_terms, {maximum_terms}", beyond)
    return Merged(Glossary(language, terms), tuple(kept), (*foreign, *beyond), tuple(problems))


def _statements(entry: Entry) -> Iterator[tuple[Statement, str | bool]]:
    """What an entry says of its term that another may say otherwise. Who translates a term says that it may be."""
    yield from ((("translation", tag), text) for tag, text in entry.translations.items())
    yield from ((("script", code), text) for code, text in entry.script_forms.items())
    yield from ((("alias", alias), alias) for alias in entry.aliases if alias != entry.term)
    if entry.case is not None:
        yield ("case_sensitive", ""), entry.case == "exact"
    if entry.do_not_translate is not None or entry.translations:
        yield ("do_not_translate", ""), bool(entry.do_not_translate)


def _is_in(entry_language: str, language: str) -> bool:
    if not entry_language or UNDETERMINED in (entry_language, language):
        return True
    return language_of(entry_language) == language_of(language)


def _drafts(spoken: Sequence[Said], language: str) -> list[Draft]:
    """One per term: entries that read alike are of one term, and alike in case unless one of them ignores case."""
    drafts: list[Draft] = []
    alike: dict[str, list[Draft]] = {}
    for it in spoken:
        others = alike.setdefault(fold(it.entry.term, language, case_sensitive=False).text, [])
        draft = next((other for other in others if _are_one(other.said[0].entry, it.entry, language)), None)
        if draft is None:
            draft = Draft([])
            drafts.append(draft)
            others.append(draft)
        draft.said.append(it)
    return drafts


def _are_one(nearer: Entry, farther: Entry, language: str) -> bool:
    return "ignore" in (nearer.case, farther.case) or _key(nearer.term, language) == _key(farther.term, language)


def _key(text: str, language: str) -> str:
    return fold(text, language, case_sensitive=True).text


def _rank(draft: Draft) -> tuple[int, float]:
    nearest = draft.said[0]
    return PRECEDENCE.index(nearest.level), -_confidence(nearest.entry)


def _confidence(entry: Entry) -> float:
    return 1.0 if entry.confidence is None else entry.confidence


def _term(number: int, draft: Draft, aliases: tuple[str, ...]) -> Term:
    nearest = draft.said[0]
    untranslated = draft.is_said("do_not_translate", default=False)
    return Term(
        id=f"term:{number}",
        text=draft.text,
        level=nearest.level,
        sources=_ids(it for it in draft.said if draft.counts(it) or not draft.contradicted(it)),
        aliases=aliases,
        translations={} if untranslated else draft.all("translation"),
        script_forms=draft.all("script"),
        do_not_translate=untranslated,
        case_sensitive=draft.is_said("case_sensitive", default=True),
        confidence=_confidence(nearest.entry),
        overridden=_ids(it for it in draft.said if draft.contradicted(it)),
        origin=nearest.entry.source,
    )


def _ids(said: Iterable[Said]) -> tuple[str, ...]:
    """Each once: one record of the cast may name somebody twice."""
    return tuple(dict.fromkeys(it.id for it in said))


def _aliases(drafts: Sequence[Draft], language: str) -> tuple[list[tuple[str, ...]], list[GlossaryProblem]]:
    """The aliases of each term, so that no form means two: a term's own text goes before, then the nearer term."""
    owners = {_key(draft.text, language): draft for draft in reversed(drafts)}
    texts = set(owners)
    kept: list[tuple[str, ...]] = []
    problems = []
    for draft in drafts:
        own = []
        for alias in draft.all("alias"):
            owner = owners.setdefault(_key(alias, language), draft)
            source = draft.decided["alias", alias][1]
            if owner is draft:
                own.append(alias)
            else:
                code = "ALIAS_IS_TERM" if _key(alias, language) in texts else "ALIAS_AMBIGUOUS"
                message = f"{alias!r} is taken for {owner.text!r} and not for {draft.text!r}, which also claims it"
                problems.append(GlossaryProblem(code, message, (source.id, owner.said[0].id)))
        kept.append(tuple(alias for alias in own if alias != draft.text))
    return kept, problems


def _differing_translations(drafts: Iterable[Draft]) -> list[GlossaryProblem]:
    return [
        _differing(draft, it, tag)
        for draft in drafts
        for it in draft.said
        for kind, tag in draft.contradicted(it)
        if kind == "translation"
    ]


def _differing(draft: Draft, it: Said, tag: str) -> GlossaryProblem:
    counted, source = draft.decided["translation", tag]
    message = (
        f"{draft.text!r} in {tag} is {counted!r} and not {it.entry.translations[tag]!r}, which is said farther away"
    )
    return GlossaryProblem("TRANSLATION_DIFFERS", message, (source.id, it.id))


def _left_out(code: str, why: str, said: Sequence[Said]) -> list[GlossaryProblem]:
    if not said:
        return []
    return [GlossaryProblem(code, f"{len(said)} entries are left out: {why}", tuple(it.id for it in said))]
