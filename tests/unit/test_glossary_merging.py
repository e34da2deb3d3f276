"""Of many glossaries one is made: the nearest counts, nothing is lost without a trace, and no form means two terms."""

from __future__ import annotations

from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.documents import codec
from services.documents.entries import Entry
from services.documents.film import CastMember, Film
from services.documents.glossary import PRECEDENCE, Level, Term
from services.glossary.counting import count
from services.glossary.merging import Merged, Said, merge
from services.glossary.names import Wish, names_in, said_by
from services.runtime.manifest import now

ALL = Wish(characters=True, character_confidence=0.8, cast=True, cast_confidence=0.3, titles=True, keep_names=True)


def said(level: Level, term: str, line: int = 2, **more: Any) -> Said:
    return Said(Entry(term, **more), level, f"{level}:0", f"{level}:0:{line}")


def merged(*entries: Said, language: str = "en", maximum: int = 100) -> Merged:
    result = merge(entries, language, maximum)
    codec.to_json(result.glossary)
    codec.to_json(count(entries, result))
    return result


def terms(*entries: Said, language: str = "en") -> list[Term]:
    return list(merged(*entries, language=language).glossary.terms)


def codes(result: Merged) -> list[str]:
    return [problem.code for problem in result.problems]


def film(*cast: tuple[str, str], title: str = "Back to the Future", original: str = "") -> Film:
    members = tuple(
        CastMember(f"cast:{number}", name, role, (f"tmdb:{number}",)) for number, (name, role) in enumerate(cast)
    )
    return Film(title, original or title, "en", 1985, "tmdb", "105", now(), cast=members)


@pytest.mark.parametrize("nearer", range(len(PRECEDENCE) - 1))
def test_the_nearer_level_counts_and_what_lost_is_kept(nearer: int) -> None:
    near, far = PRECEDENCE[nearer], PRECEDENCE[nearer + 1]
    (term,) = terms(said(far, "Doc", translations={"pt": "Doutor"}), said(near, "Doc", translations={"pt": "Doc"}))
    assert (term.level, term.translations) == (near, {"pt": "Doc"})
    assert (term.sources, term.overridden) == ((f"{near}:0:2",), (f"{far}:0:2",))


def test_the_levels_are_those_of_the_document() -> None:
    assert get_args(Level) == PRECEDENCE == ("film", "job", "metadata", "learned", "general")


def test_what_the_nearer_is_silent_about_the_farther_may_say() -> None:
    (term,) = terms(
        said("job", "Doc", translations={"pt": "Doc"}, aliases=("Doctor",)),
        said(
            "general", "Doc", translations={"pt": "Doutor", "es": "Doctor"}, script_forms={"Deva": "\u0921\u0949\u0915"}
        ),
    )
    assert term.translations == {"pt": "Doc", "es": "Doctor"}
    assert term.script_forms == {"Deva": "\u0921\u0949\u0915"}
    assert term.sources == ("job:0:2", "general:0:2")
    assert term.overridden == ("general:0:2",)


def test_a_translation_that_does_not_count_is_a_problem_that_names_both() -> None:
    result = merged(said("film", "Doc", translations={"pt": "Doc"}), said("job", "Doc", translations={"pt": "Doutor"}))
    (problem,) = result.problems
    assert (problem.code, problem.sources) == ("TRANSLATION_DIFFERS", ("film:0:2", "job:0:2"))


def test_who_says_that_a_term_stays_as_it_is_goes_before_farther_translations() -> None:
    (term,) = terms(said("film", "Doc", do_not_translate=True), said("job", "Doc", translations={"pt": "Doutor"}))
    assert (term.do_not_translate, term.translations, term.overridden) == (True, {}, ("job:0:2",))
    assert term.in_language("pt") == "Doc"


def test_who_translates_a_term_says_that_it_may_be_translated() -> None:
    (term,) = terms(said("film", "Doc", translations={"pt": "Doutor"}), said("job", "Doc", do_not_translate=True))
    assert (term.do_not_translate, term.in_language("pt")) == (False, "Doutor")


def test_confidence_and_origin_are_those_of_the_nearest() -> None:
    (term,) = terms(said("film", "Doc", source="script"), said("job", "Doc", confidence=0.5, source="somebody"))
    assert (term.confidence, term.origin) == (1.0, "script")


def test_terms_that_differ_in_case_are_two_unless_case_is_to_be_ignored() -> None:
    assert [it.text for it in terms(said("film", "May"), said("film", "may", 3))] == ["May", "may"]
    (term,) = terms(said("film", "Hoverboard"), said("job", "HOVERBOARD", case="ignore"))
    assert (term.text, term.case_sensitive) == ("Hoverboard", False)


def test_terms_that_only_look_different_to_a_computer_are_one() -> None:
    assert len(terms(said("film", "O'Neil"), said("job", "O\u2019Neil"), said("general", "O\u2019Neil", 3))) == 1


def test_terms_of_another_language_are_left_out_and_named() -> None:
    result = merged(
        said("film", "chat", language="en-GB"),
        said("film", "chat", 3, language="fr"),
        said("job", "Doc", language="pt"),
    )
    assert [it.sources for it in result.glossary.terms] == [("film:0:2",)]
    (problem,) = result.problems
    assert (problem.code, problem.sources) == ("OTHER_LANGUAGE", ("film:0:3", "job:0:2"))


def test_with_an_unknown_language_terms_of_every_language_count() -> None:
    assert len(terms(said("film", "chat", language="fr"), said("job", "Doc", language="en"), language="und")) == 2


def test_the_nearer_and_surer_come_first_and_what_is_too_many_is_named() -> None:
    entries = [said("general", "a"), said("film", "b", 2, confidence=0.5), said("film", "c", 3), said("job", "d")]
    result = merged(*entries, maximum=3)
    assert [(it.id, it.text) for it in result.glossary.terms] == [("term:0", "c"), ("term:1", "b"), ("term:2", "d")]
    assert codes(result) == ["BEYOND_LIMIT"]
    assert result.problems[0].sources == ("general:0:2",)


def test_a_form_belongs_to_the_term_that_has_it_as_its_text_else_to_the_nearer_one() -> None:
    result = merged(
        said("film", "Emmett Brown", aliases=("Doc", "Doctor")),
        said("job", "Doc"),
        said("general", "Doctor Who", aliases=("Doctor", "Who")),
    )
    assert [it.aliases for it in result.glossary.terms] == [("Doctor",), (), ("Who",)]
    assert codes(result) == ["ALIAS_IS_TERM", "ALIAS_AMBIGUOUS"]


def test_the_report_counts_by_source_level_and_language() -> None:
    entries = [
        said("film", "Doc", translations={"pt": "Doc"}),
        said("general", "Doc", translations={"pt": "Doutor", "es": "Doctor"}),
        said("general", "Biff", 3, do_not_translate=True),
        said("general", "chat", 4, language="fr"),
    ]
    report = count(entries, merged(*entries))
    assert (report.term_count, report.levels) == (2, {"film": 1, "general": 1})
    assert (report.translations, report.do_not_translate) == ({"pt": 1, "es": 1}, 1)
    counts = [(it.source, it.entries, it.terms, it.overridden, it.left_out) for it in report.sources]
    assert counts == [("film:0", 1, 1, 0, 0), ("general:0", 3, 1, 1, 1)]


TEXTS = st.sampled_from(["Doc", "doc", "DOC", "Marty", "Mc\u2019Fly", "Mc'Fly"])
ENTRIES = st.builds(
    Entry,
    TEXTS,
    aliases=st.lists(TEXTS, max_size=2, unique=True).map(tuple),
    language=st.sampled_from(["", "en", "fr"]),
    translations=st.dictionaries(st.sampled_from(["pt", "es"]), st.sampled_from("ab"), max_size=2),
    case=st.sampled_from([None, "exact", "ignore"]),
    confidence=st.none() | st.floats(0, 1),
)


@given(st.lists(st.tuples(st.sampled_from(PRECEDENCE), ENTRIES), max_size=8), st.integers(1, 4))
def test_every_entry_has_a_trace_and_every_form_one_term(given_: list[tuple[Level, Entry]], maximum: int) -> None:
    entries = [Said(entry, level, level, f"{level}:{number}") for number, (level, entry) in enumerate(given_)]
    result = merged(*entries, maximum=maximum)
    told = {it.id for it in result.left_out}
    for term in result.glossary.terms:
        told |= {*term.sources, *term.overridden}
    assert told == {it.id for it in entries}
    forms = [form for term in result.glossary.terms for form in {term.text, *term.aliases}]
    assert len(forms) == len(set(forms))


@pytest.mark.parametrize(
    ("role", "name", "forms"),
    [
        ("Dr. Emmett Brown", "Emmett Brown", ("Emmett",)),
        ('Emmett "Doc" Brown (voice)', "Emmett Brown", ("Doc", "Doc Brown", "Emmett")),
        ("Marty McFly", "Marty McFly", ("Marty", "McFly")),
        ("Mr. Strickland", "Strickland", ()),
        ("The Joker", "Joker", ()),
        ("Young Marty (uncredited)", "Marty", ()),
        ("Sin\u00e9ad O'Connor", "Sin\u00e9ad O'Connor", ("Sin\u00e9ad", "O'Connor")),
        ("Lawrence of Arabia", "Lawrence of Arabia", ()),
        ("Will Hunting", "Will Hunting", ("Hunting",)),
        ("C-3PO (voice)", "C-3PO", ()),
        ("'Babs'", "Babs", ()),
        ("\u5343\u5c0b", "\u5343\u5c0b", ()),
    ],
)
def test_a_role_gives_a_name_and_the_forms_in_which_people_call_it(
    role: str, name: str, forms: tuple[str, ...]
) -> None:
    ((full, others),) = ((it.full, it.forms) for it in names_in(role))
    assert (full, others) == (name, forms)


def test_a_role_may_be_several() -> None:
    assert [it.full for it in names_in("Jango Fett / Boba Fett; Zam")] == ["Jango Fett", "Boba Fett", "Zam"]


@pytest.mark.parametrize(
    "role",
    ["", "Self", "Waitress #2", "Police Officer", "Marty's Mom", "man in bar", "Old Man", '""', "Captain", "Cop 1"],
)
def test_a_role_without_a_name_gives_none(role: str) -> None:
    assert names_in(role) == []


def test_characters_and_their_short_forms_become_terms_that_name_their_element() -> None:
    cast = film(
        ("Michael J. Fox", "Marty McFly"), ("Lea Thompson", "Lorraine McFly"), ("Claudia Wells", "Jennifer Parker")
    )
    found = terms(*said_by(cast, Wish(True, 0.8, cast=False, cast_confidence=0.3, titles=False, keep_names=True)))
    assert [(it.text, it.sources) for it in found] == [
        ("Marty McFly", ("cast:0",)),
        ("Lorraine McFly", ("cast:1",)),
        ("Jennifer Parker", ("cast:2",)),
        ("Marty", ("cast:0",)),
        ("McFly", ("cast:0", "cast:1")),
        ("Lorraine", ("cast:1",)),
        ("Jennifer", ("cast:2",)),
        ("Parker", ("cast:2",)),
    ]
    assert all(it.do_not_translate and it.level == "metadata" and it.confidence == 0.8 for it in found)


def test_cast_and_titles_are_terms_if_wanted() -> None:
    cast = film(("Fox", "Marty"), ("Self Made", "Self Made"), title="Amelie", original="Am\u00e9lie")
    found = terms(*said_by(cast, ALL))
    assert [(it.text, it.sources) for it in found] == [
        ("Marty", ("cast:0",)),
        ("Amelie", ("metadata:film:title",)),
        ("Am\u00e9lie", ("metadata:film:original_title",)),
        ("Fox", ("cast:0",)),
        ("Self Made", ("cast:1",)),
    ]


@pytest.mark.parametrize(("title", "is_term"), [("It", False), ("Jaws", False), ("Alien", True), ("\u7075", True)])
def test_a_title_that_is_in_every_film_is_no_term(title: str, is_term: bool) -> None:
    assert [it.text for it in terms(*said_by(film(title=title), ALL))] == [title] * is_term


def test_a_name_that_is_also_a_word_may_be_translated() -> None:
    found = terms(
        *said_by(
            film(
                ("Robin Williams", "Will"),
            ),
            Wish(True, 0.8, False, 0.3, False, keep_names=True),
        )
    )
    assert [(it.text, it.do_not_translate) for it in found] == [("Will", False)]


def test_a_job_glossary_says_how_a_character_of_the_film_is_translated() -> None:
    found = terms(
        *said_by(
            film(
                ("Lloyd", "Doc"),
            ),
            ALL,
        ),
        said("job", "Doc", translations={"pt": "Doutor"}),
    )
    assert (found[0].text, found[0].in_language("pt")) == ("Doc", "Doutor")
    assert found[0].overridden == ("cast:0",)
