"""Layout keeps every word, in order and in one cue, and keeps the rules wherever they can be kept."""

from __future__ import annotations

import dataclasses
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.documents.cues import Cues
from services.documents.plain import plain_text
from services.documents.transcript import Word
from services.subtitles.report import check
from services.subtitles.rules import Rules, milliseconds
from services.subtitles.timing import SHORTEST_MS
from tests.spoken_words import any_words, laid_out, spoken, word

RULES = Rules()
FILM_MS = 7_200_000

rules = st.builds(
    Rules,
    characters_per_line=st.integers(8, 60),
    lines=st.integers(1, 4),
    minimum_duration_ms=st.integers(0, 2000),
    maximum_duration_ms=st.integers(2000, 9000),
    gap_ms=st.integers(0, 200),
    closed_gap_ms=st.integers(0, 1000),
)
languages = st.sampled_from(["en", "en-GB", "fr", "hi", "ar", "ja", "zh-Hans", "und"])


def cues_of(text: str, **pace: float) -> Cues:
    return laid_out(spoken(text, **pace), "en", FILM_MS, RULES)


def texts(cues: Cues) -> list[str]:
    return [cue.text for cue in cues.cues]


def without_spaces(text: str) -> str:
    return "".join(text.split())


def rules_broken(cues: Cues) -> set[str]:
    return {finding.rule for finding in check(cues, RULES)}


@given(any_words(), languages, rules)
def test_every_word_is_in_exactly_one_cue_in_order(words: list[Word], language: str, rules: Rules) -> None:
    cues = laid_out(words, language, FILM_MS, rules)
    assert [source for cue in cues.cues for source in cue.sources] == [it.id for it in words]


@given(any_words(), languages, rules)
def test_every_character_is_shown(words: list[Word], language: str, rules: Rules) -> None:
    shown = "".join(line for cue in laid_out(words, language, FILM_MS, rules).cues for line in cue.lines)
    assert without_spaces(shown) == without_spaces("".join(plain_text(it.text) for it in words))


@given(any_words(), languages, rules)
def test_cues_are_a_valid_document_whose_times_keep_the_gap_and_the_maximum(
    words: list[Word], language: str, rules: Rules
) -> None:
    cues = laid_out(words, language, FILM_MS, rules)
    cues.check()
    broken = {finding.rule for finding in check(cues, rules)}
    assert not broken & {"OVERLAP", "GAP", "MAXIMUM_DURATION"}


@given(any_words(), rules)
def test_lines_are_too_long_or_too_many_only_for_words_that_no_cue_can_hold(words: list[Word], rules: Rules) -> None:
    length = {it.id: len(it.text) for it in words}
    cues = laid_out(words, "en", FILM_MS, rules)
    by_id = {cue.id: cue for cue in cues.cues}
    for finding in check(cues, rules):
        if finding.rule in {"LINES", "CHARACTERS_PER_LINE"}:
            (only,) = by_id[finding.cue].sources
            assert length[only] > rules.characters_per_line


@given(any_words(), rules)
def test_a_cue_comes_with_its_first_word_or_earlier_by_the_lead_in_at_most(words: list[Word], rules: Rules) -> None:
    start = {it.id: milliseconds(it.start) for it in words}
    previous_end = -rules.gap_ms
    for cue in laid_out(words, "en", FILM_MS, rules).cues:
        first = start[cue.sources[0]]
        assert milliseconds(cue.start) >= first - rules.lead_in_ms
        assert milliseconds(cue.start) <= max(first, previous_end + rules.gap_ms + SHORTEST_MS)
        previous_end = milliseconds(cue.end)


@given(any_words())
def test_no_cue_goes_over_a_long_pause(words: list[Word]) -> None:
    places = {it.id: place for place, it in enumerate(words)}
    for cue in laid_out(words, "en", FILM_MS, RULES).cues:
        inside = [words[places[source]] for source in cue.sources]
        assert all(later.start - earlier.end < 1.0 for earlier, later in pairwise(inside))


def test_the_same_words_give_the_same_cues() -> None:
    words = spoken("I came, I saw, and I conquered the whole of that wide and unhappy land before the winter.")
    assert laid_out(words, "en", FILM_MS, RULES) == laid_out(list(words), "en", FILM_MS, RULES)


def test_no_words_give_no_cues() -> None:
    assert laid_out([], "en", FILM_MS, RULES) == Cues("en", ())


def test_sentences_have_cues_of_their_own() -> None:
    assert texts(cues_of("We had everything before us. We had nothing before us at all.")) == [
        "We had everything before us.",
        "We had nothing before us at all.",
    ]


def test_short_exclamations_share_a_cue_that_can_be_read() -> None:
    cues = cues_of("No. Yes! Go.")
    assert texts(cues) == ["No. Yes! Go."]
    assert not rules_broken(cues)


def test_a_title_ends_no_sentence() -> None:
    assert texts(cues_of("Then Mr. Smith came in.")) == ["Then Mr. Smith came in."]


def test_a_long_sentence_is_divided_at_its_clauses() -> None:
    cues = cues_of(
        "It was the best of times, it was the worst of times, it was the age of wisdom, it was the age of foolishness."
    )
    assert texts(cues) == [
        "It was the best of times,\nit was the worst of times,",
        "it was the age of wisdom,\nit was the age of foolishness.",
    ]


def test_a_sentence_without_punctuation_is_divided_before_a_conjunction() -> None:
    first, *_ = texts(
        cues_of(
            "he had been waiting in the long hall for more than an hour"
            " because nobody at the old station had ever told him that the train was late"
        )
    )
    assert first.endswith("hour")


def test_an_article_stays_with_its_noun() -> None:
    cues = cues_of("and they carried the enormous painted wooden horse through the gates of the sleeping city at last")
    ends = [line.rsplit(" ", 1)[-1] for cue in cues.cues for line in cue.lines]
    assert not {"the", "of", "and", "they"} & set(ends)


def test_a_long_pause_always_divides() -> None:
    assert texts(cues_of("I think | so.")) == ["I think", "so."]
    exactly_long = [word(1, "I", 1.0, 1.5007), word(2, "think", 2.5007, 3.0)]
    assert len(laid_out(exactly_long, "en", FILM_MS, RULES).cues) == 2


def test_natural_speech_breaks_no_rule() -> None:
    cues = cues_of(
        'We had nothing before us! | "Where are you going?" asked Mr. Smith, who had been waiting in the hall for more'
        " than an hour because nobody had told him that the train was late. | I don't know. Perhaps to London,"
        " or to Paris. In short, the period was so far like the present period that some of its noisiest authorities"
        " insisted on its being received, for good or for evil, in the superlative degree of comparison only."
    )
    assert not rules_broken(cues)


def test_a_short_cue_stays_until_it_can_be_read() -> None:
    (cue,) = laid_out([word(1, "Extraordinary!", 10.0, 10.2)], "en", FILM_MS, RULES).cues
    assert (cue.start, cue.end) == (10.0, 10.833)


def test_a_cue_before_the_next_one_comes_earlier_when_it_cannot_stay() -> None:
    words = [word(1, "Stop!", 10.0, 10.1), word(2, "Why?", 11.2, 12.2)]
    rules = dataclasses.replace(RULES, minimum_duration_ms=1500)
    first, second = laid_out(words, "en", FILM_MS, rules).cues
    assert (first.start, first.end) == (9.75, 11.12)
    assert second.start == 11.2


def test_the_last_cue_does_not_outlast_the_film() -> None:
    (cue,) = laid_out([word(1, "End.", 10.0, 10.3)], "en", 10_600, RULES).cues
    assert (cue.start, cue.end) == (9.767, 10.6)


def test_cues_that_almost_touch_are_drawn_together_to_the_gap() -> None:
    first, second = cues_of("This is the first sentence of them. | And this is the second one of them.").cues
    assert second.start - first.end > 1
    words = spoken("This is the first sentence of them.")
    later = spoken("And this is the second one of them.", start=words[-1].end + 0.4)
    renamed = [dataclasses.replace(it, id=f"x{it.id}") for it in later]
    first, second = laid_out([*words, *renamed], "en", FILM_MS, RULES).cues
    assert milliseconds(second.start) - milliseconds(first.end) == RULES.gap_ms


def test_no_cue_stays_longer_than_the_maximum_even_for_one_endless_word() -> None:
    (cue,) = laid_out([word(1, "Ooooh", 1.0, 30.0)], "en", FILM_MS, RULES).cues
    assert (cue.start, cue.end) == (1.0, 8.0)


def test_words_all_at_one_instant_still_make_cues_in_order() -> None:
    words = [word(number, "instantaneous", 5.0, 5.0) for number in range(1, 200)]
    cues = laid_out(words, "en", FILM_MS, RULES)
    cues.check()
    assert rules_broken(cues) <= {"MINIMUM_DURATION", "CHARACTERS_PER_SECOND"}


@pytest.mark.parametrize("length", [43, 80, 84])
def test_a_word_longer_than_a_line_is_cut_to_fit_the_cue(length: int) -> None:
    (cue,) = laid_out([word(1, "x" * length, 1.0, 6.0)], "en", FILM_MS, RULES).cues
    assert "".join(cue.lines) == "x" * length
    assert max(map(len, cue.lines)) <= 42
    assert len(cue.lines) == 2


def test_a_word_longer_than_a_cue_takes_the_lines_it_needs() -> None:
    cues = laid_out([word(1, "x" * 100_000, 1.0, 6.0)], "en", FILM_MS, RULES)
    assert max(len(line) for line in cues.cues[0].lines) == 42
    assert "LINES" in rules_broken(cues)


def test_a_cut_goes_through_no_written_character() -> None:
    family = "\N{MAN}\N{ZERO WIDTH JOINER}\N{WOMAN}\N{ZERO WIDTH JOINER}\N{GIRL}"
    (cue,) = laid_out([word(1, family * 12, 1.0, 6.0)], "en", FILM_MS, RULES).cues
    assert all(set(line.split(family)) == {""} for line in cue.lines)


def test_a_script_without_spaces_is_joined_without_spaces() -> None:
    words = [word(n, text, n, n + 0.4) for n, text in enumerate(["今日", "は", "Open", "AI", "です。"], 1)]
    assert texts(laid_out(words, "ja", FILM_MS, RULES)) == ["今日はOpen AIです。"]


def test_times_are_not_rounded_away_from_the_word() -> None:
    (cue,) = laid_out([word(1, "Now", 1.0019999, 3.0000001)], "en", FILM_MS, RULES).cues
    assert (cue.start, cue.end) == (1.002, 3.0)
    (cue,) = laid_out([word(1, "Now", 1.0017, 3.0003)], "en", FILM_MS, RULES).cues
    assert (cue.start, cue.end) == (1.001, 3.001)


def test_two_hours_of_speech_are_laid_out_in_one_go() -> None:
    words = spoken("it was the season of light, it was the season of darkness. " * 1700)
    cues = laid_out(words, "en", FILM_MS * 2, RULES)
    assert len(words) > 20_000
    assert not rules_broken(cues)
