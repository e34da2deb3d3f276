"""Steps of two jobs: what differs and why it ran again, by jobs that were really done or written whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from coordinator.engines.local import LocalEngine
from coordinator.jobs import Jobs
from coordinator.lineage.comparing.differences import diff
from coordinator.lineage.comparing.differences_text import difference_text
from coordinator.lineage.comparing.earlier import earlier_job, refused_entries
from coordinator.lineage.comparing.parts import Change, Part, Parts, changes
from coordinator.lineage.comparing.reasons import Circumstances, Code, Why, find_step, why
from coordinator.lineage.comparing.reasons_text import why_text
from coordinator.lineage.comparing.step_differences import Cause, StepDifference
from coordinator.lineage.comparing.steps import FirstCause, steps_of
from coordinator.lineage.facts import JobFacts
from coordinator.lineage.reading import read_job
from coordinator.records import PARTIAL
from services.runtime.errors import CuegraphError, StageError
from services.runtime.manifest import HostRecord, Manifest, SettingRecord, Status
from services.runtime.stage import Run
from services.runtime.store import keys
from services.runtime.store.memory import MemoryStore
from tests.jobs_in_memory import CODE, LINES, STAGES, JobWriter
from tests.partial_jobs import job_without_spanish
from tests.small_jobs import StagesHere, Watched, Work, join, say, say_all_but_es, sharded, small_job
from tests.small_stages import UpperSettings, node_of

STEPS = ("first", "left", "right", "last")
HOST = HostRecord("laptop", "", 1, "Debian 12", "3.11.2", "x86_64", 2, 8 << 30)


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


def do(
    store: MemoryStore,
    folder: Path,
    name: str,
    settings: dict[str, Any] | None = None,
    work: Mapping[str, Work] | None = None,
    **job: Any,
) -> JobFacts:
    """Does a diamond of small stages and reads what it left."""
    given = {key: SettingRecord(value, "command line") for key, value in (settings or {}).items()}
    made = small_job(store, name, settings=given)
    if job:
        store.put(keys.job(name), replace(made, **job).to_json())
    node = node_of(store, folder)
    stages = StagesHere(node, {**dict.fromkeys(STEPS, join), **(work or {})})
    LocalEngine(Jobs(store), stages, node).drive(name, Watched())
    return read_job(store, name)


def loud(run: Run[UpperSettings]) -> None:
    """Writes what it took, and how it was set."""
    text = f"{run.input('text').read_text()}{run.settings.suffix}"
    run.output("text", "text.txt").write_text(text)


def ask(store: MemoryStore, facts: JobFacts, step: str, *, repeatable: bool = True) -> Why:
    place = find_step(facts, step)
    manifest = steps_of(facts)[place].content
    refused = refused_entries(store, manifest) if manifest else ()
    return why(facts, place, earlier_job(store, facts, place), Circumstances(repeatable, refused))


def codes(answer: Why) -> list[Code]:
    return [reason.code for reason in answer.reasons]


def step_of(old: JobFacts, new: JobFacts, stage: str, shard: str = "_") -> StepDifference:
    return next(it for it in diff(old, new).steps if (it.stage, it.shard) == (stage, shard))


def test_a_step_of_the_first_job_of_a_film_ran_for_the_first_time(store: MemoryStore, tmp_path: Path) -> None:
    assert codes(ask(store, do(store, tmp_path, "a"), "last")) == [Code.FIRST_TIME]


def test_a_step_that_was_taken_over_names_its_original(store: MemoryStore, tmp_path: Path) -> None:
    do(store, tmp_path, "a")
    answer = ask(store, do(store, tmp_path, "b"), "last")
    assert codes(answer) == [Code.REUSED]
    assert "job a, jobs/a/stages/04_last/_/manifest.json" in answer.reasons[0].message


def test_a_changed_setting_is_named_with_both_values_and_sources(store: MemoryStore, tmp_path: Path) -> None:
    do(store, tmp_path, "a")
    answer = ask(store, do(store, tmp_path, "b", {"left.repeat": 3}), "left")
    assert (answer.against, codes(answer)) == ("a", [Code.CHANGED])
    assert answer.changes == (Change(Part.SETTING, "repeat", 1, 3, "default", "command line"),)
    assert "setting repeat: 1 (default) -> 3 (command line)" in why_text(answer)


def test_a_changed_input_is_followed_to_the_step_that_was_asked_for_otherwise(
    store: MemoryStore, tmp_path: Path
) -> None:
    work = {"first": loud}
    do(store, tmp_path, "a", work=work)
    answer = ask(store, do(store, tmp_path, "b", {"first.suffix": "!"}, work), "last")
    change = Change(Part.SETTING, "suffix", "", "!", "default", "command line")
    assert [(it.part, it.name) for it in answer.changes] == [(Part.INPUT, "text"), (Part.INPUT, "more")]
    assert [it.new_label for it in answer.changes] == ["left.text", "right.text"]
    assert answer.first == (FirstCause("first", "_", ("first", "left", "last"), (change,)),)


def test_a_job_that_does_everything_anew_says_so(store: MemoryStore, tmp_path: Path) -> None:
    do(store, tmp_path, "a")
    assert codes(ask(store, do(store, tmp_path, "b", anew=("left", "last")), "left")) == [Code.NO_CACHE]


def test_a_stage_that_asks_outside_is_never_taken_over(store: MemoryStore, tmp_path: Path) -> None:
    do(store, tmp_path, "a")
    clear_cache(store)
    answer = ask(store, do(store, tmp_path, "b"), "left", repeatable=False)
    assert codes(answer) == [Code.NOT_REPEATABLE]


def clear_cache(store: MemoryStore) -> None:
    for key in list(store.list("cache/")):
        store.delete(key)


def test_a_cache_that_was_cleared_is_told(store: MemoryStore, tmp_path: Path) -> None:
    do(store, tmp_path, "a")
    clear_cache(store)
    assert codes(ask(store, do(store, tmp_path, "b"), "first")) == [Code.NO_CACHE_ENTRY]


def test_a_cache_entry_that_was_refused_is_told_with_the_reason(store: MemoryStore, tmp_path: Path) -> None:
    before = do(store, tmp_path, "a")
    output = steps_of(before)["last", "_"].content
    assert output is not None
    store.delete(output.outputs[0].artifact.uri)
    answer = ask(store, do(store, tmp_path, "b"), "last")
    assert codes(answer) == [Code.CACHE_ENTRY_REFUSED]
    assert "an output of jobs/a/stages/04_last/_/manifest.json is missing" in answer.reasons[0].message


def test_another_tenants_outputs_are_not_taken_over(store: MemoryStore, tmp_path: Path) -> None:
    do(store, tmp_path, "a")
    assert codes(ask(store, do(store, tmp_path, "b", tenant="news"), "first")) == [Code.OTHER_TENANT]


def test_what_failed_before_is_not_taken_over(store: MemoryStore, tmp_path: Path) -> None:
    def fail(run: Run[UpperSettings]) -> None:
        raise StageError("not today")

    do(store, tmp_path, "a", work={"left": fail})
    answer = ask(store, do(store, tmp_path, "b"), "left")
    assert (answer.against_status, codes(answer)) == (Status.FAILED, [Code.EARLIER_NOT_KEPT])


def test_an_earlier_attempt_of_the_same_job_is_told_with_its_error(store: MemoryStore, tmp_path: Path) -> None:
    failed: list[int] = []

    def fail_once(run: Run[UpperSettings]) -> None:
        if not failed:
            failed.append(1)
            raise StageError("not today")
        join(run)

    do(store, tmp_path, "a", work={"left": fail_once})
    jobs, node = Jobs(store), node_of(store, tmp_path)
    jobs.retry("a")
    LocalEngine(jobs, StagesHere(node, dict.fromkeys(STEPS, join)), node).drive("a", Watched())
    answer = ask(store, read_job(store, "a"), "left")
    assert codes(answer) == [Code.EARLIER_ATTEMPT, Code.FIRST_TIME]
    assert "attempt 1 was FAILED" in answer.reasons[0].message
    assert "not today" in answer.reasons[0].message


def test_a_step_that_has_not_run_says_so(store: MemoryStore, tmp_path: Path) -> None:
    def fail(run: Run[UpperSettings]) -> None:
        raise StageError("not today")

    facts = do(store, tmp_path, "a", work={"left": fail})
    place = find_step(facts, "last")
    assert codes(why(facts, place, None, Circumstances(repeatable=True))) == [Code.NOT_DONE]


def test_a_step_that_nobody_planned_is_unknown(store: MemoryStore, tmp_path: Path) -> None:
    facts = do(store, tmp_path, "a")
    with pytest.raises(CuegraphError) as caught:
        find_step(facts, "lest")
    assert caught.value.code == "NAME_UNKNOWN"


def test_a_shard_is_asked_for_by_its_name(store: MemoryStore, tmp_path: Path) -> None:
    job_without_spanish(store, tmp_path)
    facts = read_job(store, "job1")
    assert find_step(facts, "translate/pt") == ("translate", "pt")
    assert ask(store, facts, "translate/es").status == Status.FAILED


def test_the_nearest_earlier_job_of_the_same_film_is_compared(store: MemoryStore, tmp_path: Path) -> None:
    for name in ("a", "b", "c"):
        do(store, tmp_path, name, {"left.repeat": {"a": 1, "b": 2, "c": 3}[name]})
    assert ask(store, read_job(store, "c"), "left").against == "b"
    assert ask(store, read_job(store, "b"), "left").against == "a"


def manifest_of(stage: str = "asr", **more: Any) -> Manifest:
    store = MemoryStore()
    writer = JobWriter(store)
    writer.write(STAGES, {})
    found = steps_of(read_job(store, writer.job))[stage, "_"].content
    assert found is not None
    return replace(found, **more)


def test_a_key_that_differs_by_nothing_else_was_made_with_another_salt() -> None:
    parts = Parts.of(manifest_of())
    assert [it.part for it in changes(replace(parts, key="0" * 64), parts)] == [Part.SALT]


def test_a_model_of_the_same_name_with_other_bytes_is_another() -> None:
    manifest = manifest_of()
    (model,) = manifest.models
    newer = Parts.of(replace(manifest, models=(replace(model, digest="0" * 64, revision="0.2"),), action_key="0"))
    (change,) = changes(Parts.of(manifest), newer)
    assert (change.part, change.old_label, change.new_label) == (Part.MODEL, model.revision, "0.2")


def written(store: MemoryStore, name: str, lines: tuple[str, ...] = LINES, **changes_: dict[str, Any]) -> JobFacts:
    writer = JobWriter(store, name, lines=lines)
    writer.write(STAGES, changes_)
    return read_job(store, name)


def test_two_jobs_that_did_the_same_do_not_differ(store: MemoryStore) -> None:
    difference = diff(written(store, "a"), written(store, "b"))
    assert not difference.differs
    assert {step.main for step in difference.steps} == {Cause.SAME}
    assert difference.tracks[0].equal == len(LINES)
    assert "nothing was asked for or came out otherwise" in difference_text(difference)


@pytest.mark.parametrize(
    ("change", "cause"),
    [
        ({"settings": {"beam_size": SettingRecord(1, "job file")}}, Cause.SETTINGS),
        ({"stage_version": "2"}, Cause.CODE),
        ({"models": ()}, Cause.MODEL),
    ],
)
def test_what_a_step_was_asked_for_otherwise_is_its_cause(
    store: MemoryStore, change: dict[str, Any], cause: Cause
) -> None:
    difference = diff(written(store, "a"), written(store, "b", asr=change))
    asr = next(step for step in difference.steps if step.stage == "asr")
    assert (asr.main, asr.same_outputs, asr.differs, difference.differs) == (cause, True, True, True)


def test_another_machine_alone_is_no_difference(store: MemoryStore) -> None:
    difference = diff(written(store, "a"), written(store, "b", asr={"host": HOST}))
    asr = next(step for step in difference.steps if step.stage == "asr")
    assert (asr.main, difference.differs) == (Cause.HOST_ONLY, False)
    assert any("libraries" in line for line in asr.host)


def test_another_commit_goes_after_what_was_asked_for(store: MemoryStore) -> None:
    newer = replace(CODE, commit="0" * 40)
    settings = {"beam_size": SettingRecord(1, "job file")}
    old = written(store, "a")
    assert step_of(old, written(store, "b", asr={"code": newer}), "asr").causes == (Cause.CODE,)
    changed = written(store, "c", asr={"code": newer, "settings": settings})
    assert step_of(old, changed, "asr").causes == (Cause.SETTINGS, Cause.CODE)


def test_other_outputs_of_the_same_action_are_divergent_and_what_follows_has_another_input(store: MemoryStore) -> None:
    difference = diff(written(store, "a"), written(store, "b", ("It was a bright day.", "The river ran quickly.")))
    main = {step.stage: step.main for step in difference.steps}
    assert main["demux"] is main["vad"] is Cause.SAME
    assert main["asr"] is Cause.DIVERGENT
    assert main["alignment"] is main["subtitles"] is main["mux"] is Cause.INPUT
    mux = next(step for step in difference.steps if step.stage == "mux")
    assert [(it.stage, it.divergent, it.way) for it in mux.first] == [
        ("asr", True, ("asr", "alignment", "subtitles", "mux"))
    ]
    (cue,) = difference.tracks[0].cues
    assert (cue.kinds, cue.cause.stage) == (("text",), "asr")


def test_a_step_that_only_one_job_has_is_named(store: MemoryStore) -> None:
    writer = JobWriter(store, "b")
    writer.write(STAGES[:-1], {})
    difference = diff(written(store, "a"), read_job(store, "b"))
    mux = next(step for step in difference.steps if step.stage == "mux")
    assert (mux.main, mux.old_status, mux.new_status) == (Cause.ONLY_IN_ONE, "SUCCEEDED", "")


def test_two_films_are_said_to_be_two_and_their_steps_compared(store: MemoryStore) -> None:
    other = JobWriter(store, "b", title="A Dull Day")
    other.write(STAGES, {})
    difference = diff(written(store, "a"), read_job(store, "b"))
    assert (difference.same_film, difference.tracks, difference.differs) == (False, (), True)
    demux = difference.steps[0]
    assert (demux.main, demux.changes[0].name) == (Cause.INPUT, "media")
    assert demux.first[0].way == ("demux",)


def test_a_step_that_failed_in_one_job_has_another_outcome(store: MemoryStore, tmp_path: Path) -> None:
    def fail(run: Run[UpperSettings]) -> None:
        raise StageError("not today")

    old, new = do(store, tmp_path, "a"), do(store, tmp_path, "b", work={"left": fail}, anew=("left",))
    left = step_of(old, new, "left")
    assert (left.main, left.new_status, left.differs) == (Cause.OUTCOME, "FAILED", True)
    assert step_of(old, new, "last").main is Cause.ONLY_IN_ONE


def test_a_reused_step_is_the_same(store: MemoryStore, tmp_path: Path) -> None:
    old, new = do(store, tmp_path, "a"), do(store, tmp_path, "b")
    assert {(step.main, step.new_status) for step in diff(old, new).steps} == {(Cause.SAME, "REUSED")}


def test_what_was_done_with_what_there_was_stands_for_the_whole(store: MemoryStore, tmp_path: Path) -> None:
    old, new = do_sharded(store, tmp_path, "a", say_all_but_es), do_sharded(store, tmp_path, "b", say)
    assert steps_of(old)["last", "_"].place.step.shard.startswith(PARTIAL)
    last = step_of(old, new, "last")
    assert (last.main, last.old_status, last.new_status) == (Cause.INPUT, "SUCCEEDED", "SUCCEEDED")
    assert [(it.name, it.old, it.new_label) for it in last.changes] == [("more", None, "translate/es.text")]
    assert step_of(old, new, "translate", "es").main is Cause.OUTCOME


def do_sharded(store: MemoryStore, folder: Path, name: str, work: Work) -> JobFacts:
    small_job(store, name, sharded("translate", ("pt", "es")))
    node = node_of(store, folder)
    stages = StagesHere(node, {"first": join, "translate": work, "last": join})
    LocalEngine(Jobs(store), stages, node).drive(name, Watched())
    return read_job(store, name)


def test_the_difference_is_json(store: MemoryStore) -> None:
    document = diff(written(store, "a"), written(store, "b")).to_json()
    assert (document["schema"], document["differs"], len(document["steps"])) == ("cuegraph.difference/1", False, 6)


def test_every_reason_is_explained() -> None:
    page = (Path(__file__).parents[2] / "docs" / "comparing.md").read_text("utf-8")
    assert not [code for code in Code if f"| `{code}` |" not in page]
