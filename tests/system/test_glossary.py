"""The glossary stage: files of every form and a film become one glossary and a report on it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from services.documents.codec import from_json, to_json
from services.documents.coverage import GlossaryCoverage
from services.documents.film import CastMember, Film
from services.documents.glossary import Glossary
from services.documents.terms import find_terms
from services.glossary.stage import GlossarySettings, GlossaryStage
from services.runtime.errors import CuegraphError
from services.runtime.manifest import now
from services.runtime.testing import Given, RecordedRun, make_run

FILM = to_json(
    Film(
        *("Back to the Future", "Back to the Future", "en", 1985, "tmdb", "105", now()),
        cast=(CastMember("cast:0", "Christopher Lloyd", "Dr. Emmett Brown", ("tmdb:credit:1",)),),
    )
)
TSV = b"term\taliases\tpt\nflux capacitor\tflux compressor\tcapacitor de fluxo\n"
CSV = b"term,translation:pt,translation:es\nflux capacitor,fluxador,condensador de flujo\nHill Valley,,\n"
JSON = json.dumps([{"term": "gigawatt", "aliases": ["jigowatt"], "confidence": 0.7}]).encode()


def run_of(folder: Path, settings: GlossarySettings | None = None, /, **inputs: Given) -> RecordedRun[GlossarySettings]:
    run = make_run(GlossaryStage(), settings=settings or GlossarySettings("en"), inputs=inputs, folder=folder)
    GlossaryStage().run(run)
    return run


def glossary_of(run: RecordedRun[GlossarySettings]) -> Glossary:
    return from_json(Glossary, run.written("glossary").read_bytes())


def report_of(run: RecordedRun[GlossarySettings]) -> GlossaryCoverage:
    return from_json(GlossaryCoverage, run.written("report").read_bytes())


def test_all_sources_become_one_glossary_in_which_the_nearest_counts(tmp_path: Path) -> None:
    run = run_of(
        tmp_path,
        film=FILM,
        film_glossary=TSV,
        job_glossary=[b"term\nDoc\n"],
        learned_glossary=JSON,
        general_glossary=CSV,
    )
    glossary = glossary_of(run)
    assert [(it.level, it.text) for it in glossary.terms] == [
        ("film", "flux capacitor"),
        ("job", "Doc"),
        ("metadata", "Emmett Brown"),
        ("metadata", "Emmett"),
        ("metadata", "Back to the Future"),
        ("learned", "gigawatt"),
        ("general", "Hill Valley"),
    ]
    flux = glossary.terms[0]
    assert flux.translations == {"pt": "capacitor de fluxo", "es": "condensador de flujo"}
    assert (flux.sources, flux.overridden) == (("film:0:2", "general:0:2"), ("general:0:2",))
    assert [code for code, _ in run.warnings] == ["TRANSLATION_DIFFERS"]


def test_the_report_says_what_came_of_every_source(tmp_path: Path) -> None:
    report = report_of(run_of(tmp_path, film=FILM, film_glossary=[TSV, CSV]))
    assert report.levels == {"film": 2, "metadata": 3}
    assert report.translations == {"pt": 1, "es": 1}
    assert [(it.source, it.entries, it.terms, it.overridden) for it in report.sources] == [
        ("metadata:film", 3, 3, 0),
        ("film:0", 1, 1, 0),
        ("film:1", 2, 1, 1),
    ]
    assert [problem.code for problem in report.problems] == ["TRANSLATION_DIFFERS"]


def test_without_any_source_the_glossary_is_empty_and_valid(tmp_path: Path) -> None:
    run = run_of(tmp_path)
    assert glossary_of(run).terms == ()
    assert report_of(run).term_count == 0
    assert run.warnings == []


def test_equal_sources_give_equal_bytes(tmp_path: Path) -> None:
    runs = [run_of(tmp_path / str(number), film=FILM, general_glossary=CSV, film_glossary=TSV) for number in range(2)]
    for role in ("glossary", "report"):
        assert runs[0].written(role).read_bytes() == runs[1].written(role).read_bytes()


@pytest.mark.parametrize(
    ("role", "files", "named"),
    [
        ("job_glossary", [TSV, b"term\naliases\n\xe9"], "job_glossary.1: line 3"),
        ("film_glossary", [b"term\ttranslaton:pt\nDoc\tDoutor\n"], "film_glossary.0: line 1"),
        ("learned_glossary", [b'[{"term": ""}]'], "learned_glossary.0: line 1, entry 0"),
        ("film", [b"{}"], "'film'"),
    ],
)
def test_an_error_names_role_position_and_line(tmp_path: Path, role: str, files: list[bytes], named: str) -> None:
    with pytest.raises(CuegraphError) as error:
        run_of(tmp_path, None, **{role: files})
    assert error.value.code == "DOCUMENT_INVALID"
    assert named in str(error.value)


def test_what_is_left_out_is_warned_of(tmp_path: Path) -> None:
    data = b"term,language\nchat,fr\nDoc,en\nMarty,en\n"
    run = run_of(tmp_path, GlossarySettings("en", maximum_terms=1), job_glossary=data)
    assert [it.text for it in glossary_of(run).terms] == ["Doc"]
    assert [code for code, _ in run.warnings] == ["OTHER_LANGUAGE", "BEYOND_LIMIT"]


def test_who_the_catalogue_says_is_in_the_film_is_found_in_its_dialogue(tmp_path: Path) -> None:
    glossary = glossary_of(run_of(tmp_path, film=FILM, film_glossary=TSV))
    found = find_terms("Emmett, where\u2019s the flux\ncompressor?", glossary)
    assert [(term.text, place.text, term.in_language("pt")) for term, place in found] == [
        ("Emmett", "Emmett", "Emmett"),
        ("flux capacitor", "flux\ncompressor", "capacitor de fluxo"),
    ]


def test_what_is_taken_from_the_film_can_be_chosen(tmp_path: Path) -> None:
    settings = GlossarySettings("en", characters=False, cast=True, titles=False, keep_names=False, cast_confidence=0.5)
    (term,) = glossary_of(run_of(tmp_path, settings, film=FILM)).terms
    assert (term.text, term.confidence, term.do_not_translate) == ("Christopher Lloyd", 0.5, False)
