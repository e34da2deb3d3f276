"""What becomes of a step, whatever its stage does."""

from __future__ import annotations

import dataclasses
import logging
import re
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from services.runtime import commits, signing
from services.runtime.artifact import digest_file
from services.runtime.engines import Engines
from services.runtime.errors import (
    Cancelled,
    CuegraphError,
    InvalidDocument,
    InvalidSetting,
    StoreError,
    StoreFull,
    StoreUnavailable,
    ToolFailed,
)
from services.runtime.manifest import MEDIA_TYPE, Manifest, Status, to_json
from services.runtime.node import Node
from services.runtime.stage import Run
from services.runtime.store import blobs, keys
from services.runtime.store.memory import MemoryStore
from tests.signers import signer_of
from tests.small_stages import Doing, Heard, Upper, UpperSettings, node_of, run_step, step_of

Work = Callable[[Run[UpperSettings]], None]


@pytest.fixture
def node(tmp_path: Path) -> Node:
    return node_of(MemoryStore(), tmp_path, secrets=["correct-horse"])


def everything_in(node: Node) -> bytes:
    return b"\n".join(node.store.get(key) for key in node.store.list(""))


def stage_log(node: Node, manifest: Manifest) -> str:
    return blobs.read(node.store, manifest.logs[0].artifact).decode()


def test_a_step_that_succeeds_is_committed_with_its_outputs(node: Node) -> None:
    result, manifest = run_step(Upper(), node)
    assert result.status is manifest.status is Status.SUCCEEDED
    assert result.manifest.uri == step_of().commit
    output = manifest.output("text")
    assert output is not None
    assert blobs.read(node.store, output.artifact) == b"TO BE "
    assert (output.file_name, output.attributes) == ("upper.txt", {"language": "en"})


def test_the_commit_is_byte_for_byte_the_attempt(node: Node) -> None:
    run_step(Upper(), node)
    assert node.store.get(step_of().commit) == node.store.get(step_of().attempt(1, "manifest"))


def test_a_committed_step_is_not_run_again(node: Node) -> None:
    first, _ = run_step(Upper(), node)
    again, _ = run_step(Doing(lambda run: pytest.fail("ran again")), node)
    assert again == first


def test_an_equal_action_in_another_job_is_reused_and_names_its_original(node: Node) -> None:
    first, original = run_step(Upper(), node)
    result, manifest = run_step(Doing(lambda run: pytest.fail("ran again")), node, step=step_of("job2"))
    assert result.status is Status.REUSED
    assert manifest.reused == first.manifest
    assert manifest.outputs == original.outputs


def test_an_equal_action_is_reused_only_where_the_cache_has_the_same_scope(node: Node) -> None:
    run_step(Upper(), node, cache_scope="studio-a")
    others = [run_step(Upper(), node, step=step_of(f"job{scope}"), cache_scope=scope)[0] for scope in ("", "studio-b")]
    assert [result.status for result in others] == [Status.SUCCEEDED, Status.SUCCEEDED]
    assert run_step(Upper(), node, step=step_of("job2"), cache_scope="studio-a")[0].status is Status.REUSED


@pytest.mark.parametrize("settings", [{"repeat": 2}, {"suffix": "!"}])
def test_another_setting_is_another_action(node: Node, settings: dict[str, object]) -> None:
    run_step(Upper(), node)
    result, _ = run_step(Upper(), node, step=step_of("job2"), settings=settings)
    assert result.status is Status.SUCCEEDED


def test_the_cache_is_left_alone_when_asked(node: Node) -> None:
    run_step(Upper(), node)
    result, _ = run_step(Upper(), node, step=step_of("job2"), use_cache=False)
    assert result.status is Status.SUCCEEDED


@pytest.mark.parametrize("damage", ["delete output", "alter manifest", "garbage entry"])
def test_a_cache_entry_that_does_not_verify_is_no_hit_and_is_replaced(node: Node, damage: str) -> None:
    first, manifest = run_step(Upper(), node)
    entry = keys.cache(manifest.action_key)
    match damage:
        case "delete output":
            node.store.delete(manifest.outputs[0].artifact.uri)
        case "alter manifest":
            node.store.put(first.manifest.uri, node.store.get(first.manifest.uri) + b" ")
        case _:
            node.store.put(entry, b"[]")
    assert run_step(Upper(), node, step=step_of("job2"))[0].status is Status.SUCCEEDED
    assert run_step(Upper(), node, step=step_of("job3"))[0].status is Status.REUSED


def test_every_setting_is_recorded_with_its_source(node: Node) -> None:
    _, manifest = run_step(Upper(), node, settings={"repeat": 2})
    assert (manifest.settings["repeat"].value, manifest.settings["repeat"].source) == (2, "command line")
    assert (manifest.settings["suffix"].value, manifest.settings["suffix"].source) == ("", "default")


def test_inputs_come_under_names_that_say_nothing(node: Node) -> None:
    names: list[str] = []

    def look(run: Run[UpperSettings]) -> None:
        names.append(run.input("text").name)
        run.output("text", "upper.txt").write_text("")

    run_step(Doing(look), node)
    assert names == ["text.0"]


def crash(run: Run[UpperSettings]) -> None:
    run.output("text", "upper.txt").write_text("half")
    raise RuntimeError("no such luck")


def fail_with_a_code(run: Run[UpperSettings]) -> None:
    raise ToolFailed("ffmpeg ended with status 1")


def write_nothing(run: Run[UpperSettings]) -> None:
    return


def declare_but_not_write(run: Run[UpperSettings]) -> None:
    run.output("text", "upper.txt")


def run_out_of_memory(run: Run[UpperSettings]) -> None:
    raise MemoryError


def try_to_end_the_process(run: Run[UpperSettings]) -> None:
    raise SystemExit(3)


def fail_with_what_is_no_text(run: Run[UpperSettings]) -> None:
    raise RuntimeError("no such name: \udcff")


def take_an_input_away(run: Run[UpperSettings]) -> None:
    run.input("text").rename(run.output("text", "upper.txt"))


def change_an_input(run: Run[UpperSettings]) -> None:
    source = run.input("text")
    source.unlink()
    source.write_text("something else, and longer")
    run.output("text", "upper.txt").write_text("x")


def declare_a_folder(run: Run[UpperSettings]) -> None:
    run.output("text", "../upper.txt").write_text("x")


def declare_one_name_twice(run: Run[UpperSettings]) -> None:
    run.output("text", "upper.txt").write_text("x")
    run.output("extra", "upper.txt").write_text("y")


def declare_an_unknown_role(run: Run[UpperSettings]) -> None:
    run.output("sound", "upper.wav").write_text("x")


def read_what_cannot_be_read(run: Run[UpperSettings]) -> None:
    run.read("text", int)


@pytest.mark.parametrize(
    ("work", "code", "exception"),
    [
        (crash, "STAGE_CRASHED", "builtins.RuntimeError"),
        (fail_with_a_code, "TOOL_FAILED", "services.runtime.errors.ToolFailed"),
        (write_nothing, "OUTPUT_MISSING", "services.runtime.errors.OutputMissing"),
        (declare_but_not_write, "OUTPUT_MISSING", "services.runtime.errors.OutputMissing"),
        (run_out_of_memory, "ENGINE_OUT_OF_MEMORY", "builtins.MemoryError"),
        (try_to_end_the_process, "STAGE_CRASHED", "builtins.SystemExit"),
        (fail_with_what_is_no_text, "STAGE_CRASHED", "builtins.RuntimeError"),
        (change_an_input, "INPUT_MODIFIED", "services.runtime.errors.InputModified"),
        (take_an_input_away, "INPUT_MODIFIED", "services.runtime.errors.InputModified"),
        (declare_a_folder, "STAGE_FAILED", "services.runtime.errors.StageError"),
        (declare_one_name_twice, "STAGE_FAILED", "services.runtime.errors.StageError"),
        (read_what_cannot_be_read, "DOCUMENT_INVALID", "services.runtime.errors.InvalidDocument"),
        (declare_an_unknown_role, "STAGE_FAILED", "services.runtime.errors.StageError"),
    ],
)
def test_a_stage_that_cannot_ends_in_a_failed_manifest_and_no_commit(
    node: Node, work: Work, code: str, exception: str
) -> None:
    result, manifest = run_step(Doing(work), node)
    assert result.status is manifest.status is Status.FAILED
    assert [(error.code, error.exception_type) for error in manifest.errors] == [(code, exception)]
    assert manifest.outputs == ()
    assert node.store.size(step_of().commit) is None
    assert code in stage_log(node, manifest)


def test_a_failed_step_is_tried_again_and_both_attempts_remain(node: Node) -> None:
    run_step(Doing(crash), node)
    result, manifest = run_step(Upper(), node)
    assert (result.status, manifest.attempt) == (Status.SUCCEEDED, 2)
    assert node.store.size(step_of().attempt(1, "manifest")) is not None


def test_a_failed_action_is_never_reused(node: Node) -> None:
    run_step(Doing(crash), node)
    assert run_step(Upper(), node, step=step_of("job2"))[0].status is Status.SUCCEEDED


def test_the_traceback_of_a_crash_is_in_the_stage_log_only(node: Node) -> None:
    heard = Heard()
    _, manifest = run_step(Doing(crash), node, observer=heard)
    assert "Traceback" in stage_log(node, manifest)
    assert not any("Traceback" in line for line in heard.lines)
    assert any("STAGE_CRASHED" in line for line in heard.lines)


def test_two_outputs_of_one_role_are_two(node: Node) -> None:
    def write_two(run: Run[UpperSettings]) -> None:
        run.output("text", "upper.txt").write_text("a")
        run.output("extra", "one.txt").write_text("same")
        run.output("extra", "two.txt").write_text("same")

    _, manifest = run_step(Doing(write_two), node)
    assert [(o.role, o.file_name) for o in manifest.outputs] == [
        ("text", "upper.txt"),
        ("extra", "one.txt"),
        ("extra", "two.txt"),
    ]


def test_files_left_behind_are_named_and_warned_of(node: Node) -> None:
    def leave(run: Run[UpperSettings]) -> None:
        path = run.output("text", "upper.txt")
        path.write_text("a")
        (path.parent / "notes.tmp").write_text("left")
        run.scratch("really.tmp").write_text("nobody minds")

    _, manifest = run_step(Doing(leave), node)
    assert manifest.status is Status.SUCCEEDED
    assert [warning.code for warning in manifest.warnings] == ["UNDECLARED_FILE"]
    (left,) = manifest.intermediates
    assert (left.file_name, left.retained, left.reason, left.artifact.uri) == ("notes.tmp", False, "undeclared", "")


def test_a_file_left_behind_under_a_name_that_is_no_text_is_named_all_the_same(node: Node) -> None:
    def leave(run: Run[UpperSettings]) -> None:
        path = run.output("text", "upper.txt")
        path.write_text("a")
        (path.parent / "correct-horse\udcff.tmp").touch()

    _, manifest = run_step(Doing(leave), node)
    assert manifest.status is Status.SUCCEEDED
    assert [left.file_name for left in manifest.intermediates] == ["[redacted]\\udcff.tmp"]


def test_intermediates_are_kept_even_when_the_stage_fails(node: Node) -> None:
    def fail_late(run: Run[UpperSettings]) -> None:
        run.intermediate("scores.json", "application/json", "what the engine saw").write_text("[1]")
        raise RuntimeError

    _, manifest = run_step(Doing(fail_late), node)
    (kept,) = manifest.intermediates
    assert blobs.read(node.store, kept.artifact) == b"[1]"


def test_evidence_that_cannot_be_kept_does_not_hide_why_the_stage_failed(tmp_path: Path) -> None:
    class Full(MemoryStore):
        def create_file(self, key: str, path: Path) -> None:
            if path.name == "scores.json":
                raise StoreFull("no room")
            super().create_file(key, path)

    def fail_late(run: Run[UpperSettings]) -> None:
        run.intermediate("scores.json", "application/json", "what the engine saw").write_text("[1]")
        raise RuntimeError

    _, manifest = run_step(Doing(fail_late), node_of(Full(), tmp_path))
    assert [error.code for error in manifest.errors] == ["STAGE_CRASHED"]
    assert [warning.code for warning in manifest.warnings] == ["EVIDENCE_LOST"]


def test_a_secret_is_written_nowhere_and_its_masking_is_warned_of(
    node: Node, capsys: pytest.CaptureFixture[str]
) -> None:
    def leak(run: Run[UpperSettings]) -> None:
        print("the password is correct-horse")
        print("on the other side: correct-horse", file=sys.stderr)
        logging.getLogger("services.somebody").info("it is %s", "correct-horse")
        run.warn("ODD", "correct-horse again")
        raise RuntimeError("correct-horse")

    heard = Heard()
    _, manifest = run_step(Doing(leak), node, settings={"suffix": "correct-horse"}, observer=heard)
    assert [warning.code for warning in manifest.warnings] == ["ODD", "SECRET_REDACTED"]
    assert b"correct-horse" not in everything_in(node)
    assert not any("correct-horse" in line for line in heard.lines)
    assert "correct-horse" not in "".join(capsys.readouterr())
    assert "the password is [redacted]" in stage_log(node, manifest)


def test_everything_is_in_the_stage_log_and_only_info_and_up_and_no_chatter_of_libraries_goes_on(node: Node) -> None:
    def talk(run: Run[UpperSettings]) -> None:
        logging.getLogger("services.engine").debug("detail")
        logging.getLogger("services.engine").info("news")
        logging.getLogger("library").info("chatter")
        logging.getLogger("library").warning("trouble")
        print("printed")
        run.output("text", "upper.txt").write_text("a")

    heard = Heard()
    _, manifest = run_step(Doing(talk), node, observer=heard)
    assert all(word in stage_log(node, manifest) for word in ("detail", "news", "chatter", "trouble", "printed"))
    assert heard.lines[:2] == ["news", "trouble"]
    assert not any(word in line for line in heard.lines for word in ("detail", "chatter", "printed"))


class Printing(Heard):
    """Tells a terminal what it hears."""

    def progress(self, done_seconds: float, total_seconds: float | None) -> None:
        print(f"{done_seconds:g} of {total_seconds:g}", file=sys.stderr)

    def log(self, record: logging.LogRecord) -> None:
        print(f"heard {record.getMessage()}", file=sys.stderr)


def test_what_watchers_print_is_shown_and_not_logged(node: Node, capsys: pytest.CaptureFixture[str]) -> None:
    def work(run: Run[UpperSettings]) -> None:
        run.progress(1.0, 2.0)
        run.warn("TOO_QUIET", "hardly audible")
        run.output("text", "upper.txt").write_text("a")

    _, manifest = run_step(Doing(work), node, observer=Printing())
    shown = capsys.readouterr().err
    assert "1 of 2" in shown
    assert "heard TOO_QUIET: hardly audible" in shown
    assert "1 of 2" not in stage_log(node, manifest)
    assert "heard" not in stage_log(node, manifest)


def test_what_threads_of_a_library_log_is_not_lost(node: Node) -> None:
    def talk_elsewhere(run: Run[UpperSettings]) -> None:
        thread = threading.Thread(target=lambda: logging.getLogger("library").warning("from afar"))
        thread.start()
        thread.join()
        run.output("text", "upper.txt").write_text("a")

    _, manifest = run_step(Doing(talk_elsewhere), node)
    assert "from afar" in stage_log(node, manifest)


def test_progress_reaches_the_observer_and_the_manifest(node: Node) -> None:
    def work(run: Run[UpperSettings]) -> None:
        run.progress(10.0, 20.0)
        run.progress(20.0)
        run.output("text", "upper.txt").write_text("a")

    heard = Heard()
    _, manifest = run_step(Doing(work), node, observer=heard)
    assert heard.seconds == [10.0, 20.0]
    assert manifest.throughput is not None
    assert manifest.throughput.media_seconds == 20.0


def test_a_cancelled_step_says_so_and_can_be_run_later(node: Node) -> None:
    cancelled = threading.Event()

    def be_called_off(run: Run[UpperSettings]) -> None:
        cancelled.set()
        run.progress(1.0)

    result, manifest = run_step(Doing(be_called_off), node, cancelled=cancelled)
    assert result.status is manifest.status is Status.CANCELLED
    assert [error.code for error in manifest.errors] == [Cancelled.code]
    assert "Traceback" not in stage_log(node, manifest)
    assert run_step(Upper(), node)[0].status is Status.SUCCEEDED


def test_a_step_that_is_cancelled_while_its_inputs_are_fetched_never_begins_its_work(tmp_path: Path) -> None:
    cancelled = threading.Event()

    class Slow(MemoryStore):
        def fetch(self, key: str, path: Path) -> None:
            super().fetch(key, path)
            cancelled.set()

    stage = Doing(lambda run: pytest.fail("ran"))
    result, _ = run_step(stage, node_of(Slow(), tmp_path), cancelled=cancelled)
    assert result.status is Status.CANCELLED


def test_a_step_is_done_though_the_cache_cannot_be_told(tmp_path: Path) -> None:
    class Forgetful(MemoryStore):
        def create(self, key: str, data: bytes) -> None:
            if key.startswith("cache/"):
                raise StoreFull("no room")
            super().create(key, data)

    result, manifest = run_step(Upper(), node_of(Forgetful(), tmp_path))
    assert result.status is manifest.status is Status.SUCCEEDED


def test_an_attempt_that_was_killed_is_named_by_the_next(node: Node) -> None:
    commits.claim_attempt(node.store, step_of(), [], {"host": "gone"})
    _, manifest = run_step(Upper(), node)
    assert (manifest.attempt, manifest.unfinished_attempts) == (2, (1,))


def test_an_attempt_killed_before_its_commit_is_adopted(node: Node) -> None:
    _, manifest = run_step(Upper(), node)
    node.store.delete(step_of().commit)
    result, adopted = run_step(Doing(lambda run: pytest.fail("ran again")), node)
    assert (result.manifest.uri, adopted) == (step_of().commit, manifest)


def test_the_loser_of_a_race_answers_with_the_winner(node: Node, caplog: pytest.LogCaptureFixture) -> None:
    winner: list[Manifest] = []

    def be_overtaken(run: Run[UpperSettings]) -> None:
        winner.append(run_step(Upper(), node)[1])
        run.output("text", "upper.txt").write_text("too late")

    result, manifest = run_step(Doing(be_overtaken), node)
    assert manifest == winner[0]
    assert result.manifest.uri == step_of().commit
    assert node.store.size(step_of().attempt(1, "manifest")) is not None
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


@pytest.mark.parametrize(
    ("settings", "code"), [({"repaet": 1}, "NAME_UNKNOWN"), ({"repeat": "many"}, "SETTING_INVALID")]
)
def test_a_request_that_cannot_start_writes_nothing(node: Node, settings: dict[str, object], code: str) -> None:
    with pytest.raises(CuegraphError) as error:
        run_step(Upper(), node, settings=settings)
    assert error.value.code == code
    assert [key for key in node.store.list("") if not key.startswith("blobs/")] == []


def test_an_altered_input_fails_the_step(tmp_path: Path) -> None:
    class Altered(MemoryStore):
        def fetch(self, key: str, path: Path) -> None:
            path.write_bytes(self.get(key)[::-1])

    stage = Doing(lambda run: pytest.fail("ran on altered bytes"))
    result, manifest = run_step(stage, node_of(Altered(), tmp_path))
    assert result.status is Status.FAILED
    assert [error.code for error in manifest.errors] == ["BLOB_ALTERED"]


def test_a_store_that_is_gone_is_an_error_that_may_be_retried(node: Node, tmp_path: Path) -> None:
    class Gone(MemoryStore):
        def create(self, key: str, data: bytes) -> None:
            if key.endswith("/manifest.json"):
                raise StoreUnavailable("the store does not answer")
            super().create(key, data)

    with pytest.raises(StoreUnavailable) as error:
        run_step(Upper(), node_of(Gone(), tmp_path))
    assert error.value.retryable


def test_a_scratch_folder_that_cannot_be_is_an_error_that_names_it(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    node = node_of(MemoryStore(), tmp_path / "file")
    with pytest.raises(StoreError, match="CUEGRAPH_SCRATCH"):
        run_step(Upper(), node)


def test_nothing_is_left_in_the_scratch_folder(node: Node) -> None:
    run_step(Upper(), node)
    run_step(Doing(crash), node, step=step_of("job2"), use_cache=False)
    assert list(node.scratch.iterdir()) == []


def test_equal_manifests_are_equal_bytes(node: Node) -> None:
    _, manifest = run_step(Upper(), node)
    assert node.store.get(step_of().commit) == to_json(manifest)


def test_engines_are_loaded_once_per_process(node: Node) -> None:
    loads: list[str] = []

    def load(name: str) -> str:
        loads.append(name)
        return name

    def use(run: Run[UpperSettings]) -> None:
        run.output("text", "upper.txt").write_text(run.engine(load, "tiny"))

    run_step(Doing(use), node)
    run_step(Doing(use), node, step=step_of("job2"), use_cache=False)
    assert loads == ["tiny"]


def test_an_engine_is_held_while_its_run_is_at_work_and_no_longer(node: Node) -> None:
    bounded = dataclasses.replace(node, engines=Engines(most=1))
    loads: list[str] = []

    def load(name: str) -> str:
        loads.append(name)
        return name

    def use(run: Run[UpperSettings]) -> None:
        names = [run.engine(load, name) for name in ("one", "other", "one")]
        run.output("text", "upper.txt").write_text(str(names))

    run_step(Doing(use), bounded)
    assert loads == ["one", "other"]
    assert len(bounded.engines) == 1


def test_the_digest_in_the_manifest_is_that_of_the_file(node: Node, tmp_path: Path) -> None:
    _, manifest = run_step(Upper(), node)
    blobs.fetch(node.store, manifest.outputs[0].artifact, tmp_path / "fetched")
    assert digest_file(tmp_path / "fetched") == manifest.outputs[0].artifact.digest


@pytest.mark.parametrize("name", ["the commit", "an attempt"])
def test_a_manifest_that_is_none_is_named_with_its_key(node: Node, name: str) -> None:
    run_step(Upper(), node)
    key = {"the commit": step_of().commit, "an attempt": step_of().attempt(1, "manifest")}[name]
    node.store.delete(step_of().commit)
    node.store.put(key, b"{}")
    with pytest.raises(InvalidDocument, match=re.escape(key)):
        run_step(Upper(), node)


def test_a_process_with_a_key_of_its_own_signs_the_manifests_of_its_attempts(node: Node) -> None:
    signer = signer_of("asr")
    run_step(Upper(), dataclasses.replace(node, signers=lambda: (signer,)))
    step = step_of()
    envelope = signing.read(node.store.get(step.attempt(1, "manifest.dsse")))
    assert envelope.payload == node.store.get(step.attempt(1, "manifest"))
    assert (envelope.payload_type, envelope.signed_by(signing.TrustedKeys.own(signer))) == (
        MEDIA_TYPE,
        (signer.key_id,),
    )


def test_a_key_that_cannot_be_used_is_told_before_anything_is_written(node: Node, tmp_path: Path) -> None:
    with pytest.raises(InvalidSetting):
        run_step(Upper(), dataclasses.replace(node, signers=lambda: (signing.Signer.from_file(tmp_path / "gone.pem"),)))
    assert not list(node.store.list(keys.stages("job1")))
