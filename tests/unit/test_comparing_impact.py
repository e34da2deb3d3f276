"""What a change touches: terms and the words that say them, time and cost, and how far it reaches over a store."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from coordinator.lineage.comparing.foreseen import ForeseenStep, Verdict
from coordinator.lineage.comparing.glossary_changes import term_changes, terms_of_words
from coordinator.lineage.comparing.paces import Run, estimates, total
from coordinator.lineage.comparing.proposal import Proposal, request_of
from coordinator.lineage.comparing.searching import changed_terms, reach_over
from coordinator.lineage.index.index import Index
from coordinator.records import FileRecord
from services.documents.glossary import Glossary, Term
from services.documents.transcript import Transcript
from services.runtime.artifact import Artifact, digest_bytes
from services.runtime.errors import CuegraphError
from services.runtime.manifest import SettingRecord
from services.runtime.models import Catalog, ModelStore
from services.runtime.redaction import MASK
from services.runtime.store import keys
from services.runtime.store.file import FileStore
from services.runtime.store.memory import MemoryStore
from tests.drawn_jobs import Drawn, write_drawn
from tests.jobs_in_memory import STAGES, JobWriter, transcript_document


def glossary(*terms: Term) -> Glossary:
    return Glossary("en", tuple(replace(term, id=f"term:{number}") for number, term in enumerate(terms)))


def term(text: str, aliases: tuple[str, ...] = (), **translations: str) -> Term:
    return Term("term:0", text, "job", ("job:0:1",), aliases=aliases, translations=translations)


def spoken(*lines: str) -> Transcript:
    return transcript_document(lines, aligned=True)


def test_terms_that_came_went_or_changed_are_told_apart() -> None:
    before = glossary(term("Elinor"), term("Norland"), term("Barton", pt="Barton"))
    after = glossary(term("Elinor", ("Ellie",)), term("Devon"), term("Barton", pt="Bartão"))
    found = {it.text: (it.kind, it.fields, it.languages) for it in term_changes(before, after)}
    assert found == {
        "Barton": ("changed", ("translations",), ("pt",)),
        "Devon": ("added", (), None),
        "Elinor": ("changed", ("aliases",), None),
        "Norland": ("removed", (), None),
    }


def test_who_says_a_term_and_how_sure_is_no_change() -> None:
    surer = replace(term("Elinor"), confidence=0.3, level="film", sources=("film:0:9",))
    assert term_changes(glossary(term("Elinor")), glossary(surer)) == ()


def test_the_words_that_say_a_term_are_found_by_its_old_and_new_forms_and_as_whole_words() -> None:
    transcript = spoken("Ellie saw Elinor.", "Elinors are many.", "Mrs. Dash", "wood came.")
    changes = term_changes(glossary(term("Elinor")), glossary(term("Elinor", ("Ellie",)), term("Dash wood")))
    said = terms_of_words(changes, transcript)
    assert sorted(said) == ["aligned-word-1.1", "aligned-word-1.3"]


def test_a_term_of_several_words_is_said_by_all_of_them() -> None:
    changes = term_changes(None, glossary(term("Barton Park")))
    assert sorted(terms_of_words(changes, spoken("To Barton Park, then."))) == ["aligned-word-1.2", "aligned-word-1.3"]


def step(stage: str, verdict: Verdict = Verdict.CERTAIN) -> ForeseenStep:
    return ForeseenStep(1, stage, "_", verdict, "")


def test_time_is_that_of_this_film_before_that_of_others() -> None:
    own = [Run("a", "asr", "_", 10.0, 2.0, 100.0)]
    others = [Run("b", "asr", "_", 50.0, 0.0, 100.0), Run("b", "vad", "_", 30.0, 1.0, 300.0)]
    known = estimates([step("asr"), step("vad"), step("mux"), step("demux", Verdict.REUSED)], own, others, 100.0)
    assert {place[0]: (it.seconds, it.of_this_film) for place, it in known.items()} == {
        "asr": (12.0, True),
        "vad": (11.0, False),
    }


def test_cost_is_time_at_a_price_and_what_nobody_knows_is_said() -> None:
    steps = [step("asr"), step("mux")]
    known = estimates(steps, [Run("a", "asr", "_", 1800.0, 0.0, 1.0)], [], None)
    asked = total(steps, known, 3.0)
    assert (asked.seconds, asked.cost, asked.without_evidence) == (1800.0, 1.5, ("mux",))
    assert total(steps, known, None).cost is None


def test_a_setting_that_held_a_secret_must_be_given_again() -> None:
    record = replace(JobWriter(MemoryStore()).record(STAGES), settings={"asr.model": SettingRecord(MASK, "job file")})
    with pytest.raises(CuegraphError) as caught:
        request_of(record, {})
    assert caught.value.code == "REQUEST_INVALID"
    assert request_of(record, {"asr.model": "whisper-base"}).layers[0].values == {"asr.model": "whisper-base"}


def test_terms_that_two_files_do_not_say_alike_are_named() -> None:
    old, new = b"term\taliases\nElinor\t\nNorland\t\n", b"term\taliases\nElinor\tEllie\nNorland\t\nDevon\t\n"
    assert changed_terms(old, new, "terms.tsv") == ["Devon", "Elinor"]


@pytest.fixture
def index(tmp_path: Path) -> tuple[MemoryStore, Index, ModelStore]:
    """Two jobs, of which the second listens otherwise."""
    store = MemoryStore()
    for name, beam in (("a", 5), ("b", 1)):
        writer = JobWriter(store, name)
        writer.write(STAGES, {"asr": {"settings": {"beam_size": SettingRecord(beam, "command line")}}})
        writer.seal()
    found = Index(store, None)
    found.refresh()
    return store, found, ModelStore(tmp_path, Catalog.load())


def test_a_setting_reaches_the_jobs_that_have_it_otherwise(index: tuple[MemoryStore, Index, ModelStore]) -> None:
    store, found, models = index
    answer = reach_over(found, store, models, (Proposal({"asr.beam_size": "1"}), {}), 2.0)
    (job,) = answer.jobs
    assert (job.job, job.certain, job.possible) == ("a", ("asr",), ("alignment", "subtitles", "mux"))
    assert (job.certain_seconds, job.possible_seconds) == (5.5, 22.0)
    assert answer.to_json()["totals"]["certain"] == {"seconds": 5.5, "cost": pytest.approx(5.5 / 1800)}


def test_a_glossary_that_no_job_came_with_reaches_none(index: tuple[MemoryStore, Index, ModelStore]) -> None:
    store, found, models = index
    data = b"term\nElinor\n"
    file = FileRecord("job_glossary", Artifact("", digest_bytes(data), len(data), "text/plain"), "terms.tsv")
    proposal = Proposal(glossaries=(file,))
    assert reach_over(found, store, models, (proposal, {file.artifact.digest: data}), None).jobs == ()


def test_the_glossary_of_an_erased_job_is_not_asked_for(tmp_path: Path) -> None:
    store = FileStore(tmp_path / "store")
    write_drawn(store, "a", (Drawn("glossary", ("job_glossary",)),), files={"job_glossary": b"term\nMarianne\n"})
    found = Index(store, None)
    found.refresh()
    (given,) = found.given_as("job_glossary", "job_glossary.txt")
    for key in [*store.list("jobs/a/"), keys.blob(given.digest)]:
        store.delete(key)
    found.refresh()
    assert found.given_as("job_glossary", "job_glossary.txt") == []
