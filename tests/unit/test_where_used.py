"""Where something is used: in every deliverable that was made of it, over any number of jobs, and in no other."""

from __future__ import annotations

import pytest

from coordinator.lineage.index.index import Index
from coordinator.lineage.where_used import Kind, WhereUsed, where_used
from services.documents import codec, glossary
from services.documents.glossary import Glossary, GlossaryUsage, Term, TermUse
from services.runtime.artifact import digest_bytes
from services.runtime.errors import CuegraphError
from services.runtime.store.base import Store
from services.runtime.store.memory import MemoryStore
from tests.drawn_jobs import Drawn, model, write_drawn

EMPTY = {"text": (b"", "text/plain")}


def asked(store: Store, what: str, kind: Kind | None = None) -> WhereUsed:
    index = Index(store, None)
    index.refresh()
    return where_used(index, what, kind)


def found(store: Store, what: str, kind: Kind | None = None) -> set[tuple[str, str]]:
    """Job and stage of each deliverable."""
    return {(it.job, it.stage) for it in asked(store, what, kind).deliverables}


def code_of(store: Store, what: str, kind: Kind | None = None) -> str:
    with pytest.raises(CuegraphError) as caught:
        asked(store, what, kind)
    return caught.value.code


def test_a_film_is_in_what_every_job_made_of_it() -> None:
    store = MemoryStore()
    for job in ("a", "b"):
        write_drawn(store, job, (Drawn("listen"), Drawn("write", ("listen",))), deliver=("write",))
    write_drawn(store, "other", (Drawn("listen"),), film=b"another film")
    assert found(store, digest_bytes(b"the film")) == {("a", "write"), ("b", "write")}


def test_what_was_reused_is_in_the_deliverables_of_the_jobs_that_took_it_over() -> None:
    store = MemoryStore()
    write_drawn(store, "a", (Drawn("listen", models=(model("ears"),)), Drawn("write", ("listen",))))
    write_drawn(store, "b", (Drawn("listen", reuses="a"), Drawn("write", ("listen",))))
    write_drawn(store, "c", (Drawn("listen", reuses="b"), Drawn("write", ("listen",), reuses="b")))
    everywhere = {("a", "write"), ("b", "write"), ("c", "write")}
    assert found(store, digest_bytes(b"a listen _")) == everywhere
    assert found(store, "ears") == everywhere


def test_equal_content_is_no_link_but_what_is_asked_for_is_one_blob() -> None:
    store = MemoryStore()
    for job in ("a", "b"):
        steps = (Drawn("listen", models=(model(f"ears of {job}"),), gives=EMPTY), Drawn("write", ("listen",)))
        write_drawn(store, job, steps, film=job.encode())
    assert found(store, "ears of a") == {("a", "write")}
    assert found(store, digest_bytes(b"a")) == {("a", "write")}
    assert found(store, digest_bytes(b"")) == {("a", "write"), ("b", "write")}


def test_a_deliverable_is_used_in_itself_and_a_side_branch_in_nothing() -> None:
    store = MemoryStore()
    write_drawn(store, "a", (Drawn("listen"), Drawn("report", ("listen",)), Drawn("write", ("listen",))))
    assert found(store, digest_bytes(b"a write _")) == {("a", "write")}
    assert asked(store, digest_bytes(b"a report _")).deliverables == ()


def test_a_manifest_is_used_in_what_its_step_led_to() -> None:
    store = MemoryStore()
    made = write_drawn(store, "a", (Drawn("listen"), Drawn("write", ("listen",))))
    assert found(store, made["listen"]) == {("a", "write")}


def test_only_the_target_that_a_model_translated_has_it() -> None:
    store = MemoryStore()
    steps = (
        Drawn("listen"),
        Drawn("translate", ("listen",), shard="pt", models=(model("to-pt"),)),
        Drawn("translate2", ("listen",), shard="es", models=(model("to-es"),)),
    )
    write_drawn(store, "a", steps, deliver=("translate", "translate2"))
    assert found(store, "to-pt") == {("a", "translate")}


def test_a_model_is_named_by_name_by_revision_or_by_digest() -> None:
    store = MemoryStore()
    old, new = model("ears", "1", "aa" * 32), model("ears", "2", "bb" * 32)
    write_drawn(store, "a", (Drawn("listen", models=(old,)),))
    write_drawn(store, "b", (Drawn("listen", models=(new,)),))
    assert found(store, "ears") == {("a", "listen"), ("b", "listen")}
    assert found(store, "ears@2") == {("b", "listen")}
    assert found(store, "aa" * 5) == {("a", "listen")}
    assert code_of(store, "ears@3") == "NAME_UNKNOWN"


def test_the_beginning_of_a_digest_is_enough_if_it_is_long_and_no_other_has_it() -> None:
    store = MemoryStore()
    write_drawn(store, "a", (Drawn("listen"),))
    digest = digest_bytes(b"the film")
    assert asked(store, digest[:8]).meant == (digest,)
    assert code_of(store, digest[:7]) == "NAME_UNKNOWN"


def test_a_beginning_that_several_digests_have_is_refused() -> None:
    store = MemoryStore()
    write_drawn(store, "a", (Drawn("listen"),))
    index = Index(store, None)
    index.refresh()
    db = index._database.connection
    db.execute("UPDATE files SET digest = substr(?, 1, 10) || substr(digest, 11)", (digest_bytes(b"the film"),))
    with pytest.raises(CuegraphError) as caught:
        where_used(index, digest_bytes(b"the film")[:10])
    assert caught.value.code == "REQUEST_INVALID"


def with_terms(store: Store, job: str, *, offered: int, found_: int) -> None:
    """A job whose glossary has a term, of which recognition and the Portuguese translation were told."""
    term = Term("term:0", "Dashwood", "job", ("job:0:2",), aliases=("Mr. Dashwood",))
    silent = Term("term:1", "Norland", "job", ("job:0:3",))
    document = codec.to_json(Glossary("en", (term, silent)))
    use = TermUse("term:0", "Dashwood", offered, found_), TermUse("term:1", "Norland", 0, 0)
    report = codec.to_json(GlossaryUsage("translate", "pt", use))
    gives = {"text": (f"pt of {job}".encode(), "text/plain"), "usage": (report, glossary.USAGE_MEDIA_TYPE)}
    steps = (
        Drawn("glossary", ("names",), gives={"glossary": (document, glossary.MEDIA_TYPE)}),
        Drawn("listen", ("film", "glossary.glossary")),
        Drawn("translate", ("listen", "glossary.glossary"), gives=gives, shard="pt"),
    )
    write_drawn(store, job, steps, deliver=("listen", "translate"), files={"names": b"Dashwood"})


def test_a_term_is_in_all_that_its_glossary_led_to_and_used_where_a_report_says_so() -> None:
    store = MemoryStore()
    with_terms(store, "a", offered=3, found_=2)
    write_drawn(store, "without", (Drawn("listen"),))
    answer = asked(store, "mr.  DASHWOOD")
    assert {(it.job, it.stage) for it in answer.deliverables} == {("a", "listen"), ("a", "translate")}
    assert [(it.stage, use.offered, use.found) for it in answer.used for use in it.uses] == [("translate", 3, 2)]
    assert asked(store, "Norland").used == ()
    assert len(asked(store, "Norland").deliverables) == 2
    assert code_of(store, "Barton") == "NAME_UNKNOWN"


def test_a_glossary_file_is_in_all_that_it_led_to() -> None:
    store = MemoryStore()
    with_terms(store, "a", offered=0, found_=0)
    assert found(store, digest_bytes(b"Dashwood")) == {("a", "listen"), ("a", "translate")}


def test_what_means_several_things_is_refused_until_the_kind_is_said() -> None:
    store = MemoryStore()
    with_terms(store, "a", offered=1, found_=1)
    write_drawn(store, "b", (Drawn("listen", models=(model("dashwood"),)),))
    assert code_of(store, "dashwood") == "REQUEST_INVALID"
    assert found(store, "dashwood", Kind.MODEL) == {("b", "listen")}


def test_the_answer_is_text_without_what_a_terminal_would_obey() -> None:
    store = MemoryStore()
    with_terms(store, "a", offered=1, found_=1)
    text = asked(store, "dashwood").to_text()
    assert "translate/pt: offered 1, found 1" in text
    assert "only stood in the glossary of 1 file of 1 job" in text
    assert asked(store, "dashwood").to_json()["schema"] == "cuegraph.where-used/1"
