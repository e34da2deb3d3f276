"""Which terms of a glossary are offered to a window, and what is reported of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.asr.prompting import Limits, Prompter, Usage, hotwords
from services.asr.recognition import Draft, Heard, Refused
from services.asr.resemblance import Resemblance, Sounding, resemblance
from services.documents.glossary import Glossary, Term

NAMES = ("Willoughby", "Siegfried", "Okonkwo", "Marguerite", "Brzezinski", "Jormund", "Barton", "Quellon")


def glossary(*names: str) -> Glossary:
    return Glossary("en", tuple(term(number, name) for number, name in enumerate(names)))


def term(number: int, text: str, *, aliases: tuple[str, ...] = (), case_sensitive: bool = True) -> Term:
    return Term(f"term:{number}", text, "job", (f"job:0:{number}",), aliases, case_sensitive=case_sensitive)


def prompter(given: Glossary, terms: int = 16, tokens: int = 200) -> Prompter:
    return Prompter(given, Limits(terms, tokens, 0.65), len, spaced=True)


def offered(given: Glossary, plain: str, before: str = "", **limits: int) -> list[str]:
    return [it.text for it in prompter(given, **limits).offer(plain, before)]


@pytest.mark.parametrize(
    ("heard", "name"),
    [
        (" Captain Akinkwo gave the letter.", "Okonkwo"),
        (" the letter to Margarit in the garden", "Marguerite"),
        (" Dr. Brzensky is angry.", "Brzezinski"),
        (" the temple in Quellen", "Quellon"),
        (" No body and co-graph knew", "Cuegraph"),
        (" told Mary Ann that", "Marianne"),
    ],
)
def test_a_name_is_near_if_something_sounds_like_it(heard: str, name: str) -> None:
    assert offered(glossary(*NAMES, name) if name not in NAMES else glossary(*NAMES), heard)[0] == name


def test_nothing_is_offered_where_nothing_sounds_like_a_term() -> None:
    assert offered(glossary(*NAMES), " He might even have been made amiable himself.") == []


def test_nothing_is_offered_where_all_that_is_near_is_written_rightly() -> None:
    assert offered(glossary(*NAMES), " But Willoughby had gone to Barton.") == []


def test_the_nearest_come_first_then_the_order_of_the_glossary() -> None:
    assert offered(glossary(*NAMES), " in Quellen with Siegfreed", terms=4) == [
        "Siegfried",
        "Quellon",
        "Willoughby",
        "Okonkwo",
    ]


def test_no_more_terms_and_tokens_are_offered_than_allowed() -> None:
    assert offered(glossary("Quellon" * 9, *NAMES), " in Quellen", tokens=30) == ["Quellon", "Willoughby", "Okonkwo"]
    assert offered(glossary(*NAMES), " in Quellen", terms=1) == ["Quellon"]
    assert offered(glossary(*NAMES), " in Quellen", terms=0) == []


@given(st.lists(st.text("abcdefgh", min_size=3, max_size=9), unique=True, max_size=30), st.integers(0, 60))
def test_the_budget_holds_for_every_glossary(names: list[str], tokens: int) -> None:
    chosen = prompter(glossary("Quellon", *names), tokens=tokens, terms=8).offer(" in Quellen", "")
    assert len(chosen) <= 8
    assert sum(len(f"{it.text}, ") for it in chosen) <= tokens


def test_a_name_heard_in_the_window_before_is_near_sooner() -> None:
    assert offered(glossary("Lysandra"), " Then alexander laughed.") == []
    assert offered(glossary("Lysandra"), " Then alexander laughed.", before=" It was Lysandra.") == ["Lysandra"]


def test_an_alias_is_as_near_as_the_name() -> None:
    given = Glossary("en", (term(0, "Sir Percy Blakeney", aliases=("the Pimpernel",)),))
    assert offered(given, " they seek the pimpernell here") == ["Sir Percy Blakeney"]


def test_a_term_is_invented_if_the_plain_decoding_has_nothing_like_it() -> None:
    one = prompter(glossary(*NAMES))
    assert [it.text for it in one.invented(" He had gone away.", " Brzezinski had gone away.")] == ["Brzezinski"]
    assert one.invented(" in Quellen", " in Quellon") == ()


def test_what_sounds_and_is_written_alike_resembles_fully_and_the_rest_less() -> None:
    assert resemblance(Sounding.of("quellon"), Sounding.of("quellon")) == 1.0
    assert resemblance(Sounding.of("quellon"), Sounding.of("window")) < 0.4


@given(st.text(max_size=8), st.text(max_size=8))
def test_resemblance_is_a_share_whatever_is_written(one: str, other: str) -> None:
    assert 0 <= resemblance(Sounding.of(one), Sounding.of(other)) <= 1


def test_names_are_found_in_scripts_without_classes_of_sound_and_without_spaces() -> None:
    hindi = Resemblance([term(0, "विलोबी")], spaced=True)
    assert hindi.scores("तब विलोबि आया")[0] > 0.65
    japanese = Resemblance([term(0, "ウィロビー")], spaced=False)
    assert japanese.scores("そしてウイロビーが来た")[0] > 0.65


def test_the_report_counts_windows_that_were_offered_a_term_and_where_the_text_has_it() -> None:
    usage = Usage(glossary("Barton", "May"), "en")
    plain = Draft(" Button, Button in may", (1,), -0.3, 1.0, 0.1)
    led = Draft(" Barton, Barton in may", (1,), -0.3, 1.0, 0.1, terms=("term:0", "term:1"))
    usage.add(Heard(led, refused=(Refused(plain, "not led"),)))
    usage.add(Heard(plain, refused=(Refused(led, "led astray"),)))
    usage.add(Heard(led, believed=False))
    report = usage.report()
    assert [(it.text, it.offered, it.found) for it in report.uses] == [("Barton", 3, 2), ("May", 3, 0)]
    report.check()


def test_terms_are_told_with_commas() -> None:
    assert hotwords(glossary("Barton", "Sir Percy").terms) == "Barton, Sir Percy"
