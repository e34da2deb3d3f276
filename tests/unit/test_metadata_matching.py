"""Of the films that a catalogue offers the right one is taken, and where nobody can tell, none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.metadata.matching import Candidate, choose, score, similarity, the_only_namesake
from services.metadata.no_film import NoFilm
from services.metadata.wanted import Wanted, wanted_film


def film(number: int, title: str, year: int | None, popularity: float = 1.0, *others: str) -> Candidate:
    return Candidate(number, (title, *others), year, popularity)


def chosen(wanted: Wanted, *candidates: Candidate) -> int | None:
    found = choose(wanted, candidates)
    return found.id if found else None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Amelie", "Am\u00e9lie"),
        ("Spider Man", "Spider-Man"),
        ("Oceans Eleven", "Ocean\u2019s Eleven"),
        ("Fast and Furious", "Fast & Furious"),
        ("SE7EN", "Se7en"),
        ("\u0411\u0440\u0430\u0442", "\u0431\u0440\u0430\u0442"),
        ("...", "..."),
    ],
)
def test_titles_are_equal_whatever_their_case_marks_and_punctuation(one: str, other: str) -> None:
    assert similarity(one, [other]) == 1


def test_a_sequel_is_another_film() -> None:
    assert similarity("Terminator 2: Judgment Day", ["Terminator 3: Judgment Day"]) == 0


def test_any_title_of_a_film_counts() -> None:
    amelie = film(1, "O Fabuloso Destino", 2001, 1.0, "Le Fabuleux Destin d'Am\u00e9lie Poulain", "Amelie")
    assert chosen(Wanted("Am\u00e9lie", 2001), amelie) == 1


def test_the_year_decides_between_namesakes() -> None:
    both = film(1, "Holiday", 1930, 50.0), film(2, "Holiday", 1938)
    assert chosen(Wanted("Holiday", 1938), *both) == 2
    assert chosen(Wanted("Holiday", 1937), *both) == 2


def test_a_film_two_years_away_or_without_a_date_is_no_match() -> None:
    assert chosen(Wanted("Alien", 1981), film(1, "Alien", 1979)) is None
    assert chosen(Wanted("Alien", 1979), film(1, "Alien", None)) is None


def test_a_title_that_is_only_like_it_is_no_match() -> None:
    assert chosen(Wanted("Alien", 1979), film(1, "The Alien Factor", 1979)) is None


def test_popularity_decides_only_where_it_is_clear() -> None:
    wanted = Wanted("Frozen", 2010)
    assert chosen(wanted, film(1, "Frozen", 2010, 3.9), film(2, "Frozen", 2010, 1.0)) is None
    assert chosen(wanted, film(1, "Frozen", 2010, 4.0), film(2, "Frozen", 2010, 1.0)) == 1


def test_without_a_year_only_the_one_namesake_counts() -> None:
    wanted = Wanted("Titanic", None)
    assert chosen(wanted, film(1, "Titanic", 1997, 100.0), film(2, "Titanic", 1953)) is None
    assert chosen(wanted, film(1, "Titanic", 1997), film(2, "The Titanic", 1953, 100.0)) == 1
    assert the_only_namesake("Titanic", []) is None


@given(
    st.permutations([film(n, t, y, p) for n, t, y, p in [(1, "Up", 2009, 9), (2, "Up!", 2008, 1), (3, "Us", 2009, 99)]])
)
def test_the_order_in_which_films_are_offered_counts_for_nothing(films: list[Candidate]) -> None:
    assert chosen(Wanted("Up", 2009), *films) == 1


@given(st.text(max_size=20), st.text(max_size=20), st.integers(1900, 2100), st.integers(1900, 2100))
def test_no_score_is_above_that_of_the_very_film(title: str, other: str, year: int, other_year: int) -> None:
    assert score(title, year, film(1, other, other_year)) <= score(title, year, film(1, title, year)) == 1


@pytest.mark.parametrize(
    ("file_name", "title", "year"),
    [
        ("Back.to.the.Future.1985.1080p.BluRay.x264.mkv", "Back to the Future", 1985),
        ("2001 A Space Odyssey (1968).mkv", "2001 A Space Odyssey", 1968),
        ("1917.2019.mp4", "1917", 2019),
        ("somewhere/else/Am\u00e9lie (2001) [FR].avi", "Am\u00e9lie", 2001),
    ],
)
def test_the_name_of_a_file_tells_title_and_year(file_name: str, title: str, year: int) -> None:
    assert wanted_film("", None, file_name) == Wanted(title, year)


def test_what_somebody_says_counts_before_the_file_name() -> None:
    assert wanted_film(" Brazil ", 1985, "Alien.1979.mkv") == Wanted("Brazil", 1985)
    assert wanted_film("Brazil", None, "Alien.1979.mkv") == Wanted("Brazil", None)
    assert wanted_film("", 1980, "Alien.1979.mkv") == Wanted("Alien", 1980)


@pytest.mark.parametrize(
    "file_name", ["", "birthday.mp4", "VID_20230101.mp4", "Breaking.Bad.S01E02.2008.mkv", "...", ".mkv"]
)
def test_a_file_name_that_names_no_film_with_its_year_is_not_believed(file_name: str) -> None:
    with pytest.raises(NoFilm) as refused:
        wanted_film("", None, file_name)
    assert refused.value.code == "NO_TITLE"
