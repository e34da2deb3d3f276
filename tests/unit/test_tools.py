"""Programs are run without a shell or inherited environment, logged, cancellable, and never left behind."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import psutil
import pytest

from services.runtime.errors import Cancelled, CuegraphError, ToolFailed
from services.runtime.progress import Progress
from services.runtime.tools import capture_tool, run_tool


def shell(script: str) -> list[str]:
    return ["sh", "-c", script]


def run(script: str, progress: Progress | None = None) -> None:
    run_tool(shell(script), progress=progress or Progress())


def gone(pid: int) -> bool:
    """Whether the process has ended within a bounded wait."""
    try:
        process = psutil.Process(pid)
        return process.status() == psutil.STATUS_ZOMBIE or process.wait(10) is None
    except psutil.NoSuchProcess:
        return True


def test_lines_of_both_streams_reach_their_callbacks_and_the_log(caplog: pytest.LogCaptureFixture) -> None:
    output: list[str] = []
    messages: list[str] = []
    with caplog.at_level(logging.DEBUG, "services.runtime.tools"):
        run_tool(
            shell("echo one; echo two >&2; printf 'three\\rfour'"),
            progress=Progress(),
            on_output=output.append,
            on_message=messages.append,
        )
    assert (output, messages) == (["one", "three", "four"], ["two"])
    assert "two" in caplog.messages


def test_output_without_a_callback_goes_to_the_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, "services.runtime.tools"):
        run("echo hello")
    assert "hello" in caplog.messages


def test_a_failure_names_the_program_its_status_and_its_last_lines() -> None:
    with pytest.raises(ToolFailed) as failure:
        run("for n in $(seq 30); do echo line $n >&2; done; exit 7")
    message = str(failure.value)
    assert "sh failed with exit status 7" in message
    assert "line 30" in message
    assert "line 1\n" not in message


def test_a_program_that_a_signal_ends_is_named_with_the_signal() -> None:
    with pytest.raises(ToolFailed, match="signal SIGKILL"):
        run("kill -KILL $$")


def test_a_program_that_is_not_installed_has_its_own_code() -> None:
    with pytest.raises(CuegraphError) as failure:
        run_tool(["no-such-program-anywhere"], progress=Progress())
    assert failure.value.code == "TOOL_MISSING"


def test_nothing_of_the_environment_and_no_input_is_handed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "planted")
    assert "planted" not in capture_tool(["env"], progress=Progress()).output
    assert capture_tool(["cat"], progress=Progress()).output == ""


def test_arguments_are_never_read_by_a_shell() -> None:
    arguments = ["a b", "$(echo x)", "'", "-n", "\n", "नमस्ते"]
    said = capture_tool(
        [sys.executable, "-c", "import sys; print(ascii(sys.argv[1:]))", *arguments], progress=Progress()
    )
    assert said.output == ascii(arguments)


def test_captured_programs_may_fail_and_say_why() -> None:
    finished = capture_tool(shell("echo no >&2; exit 3"), progress=Progress())
    assert (finished.status, finished.messages) == (3, ("no",))


def test_a_line_without_end_does_not_grow_without_end() -> None:
    lengths: list[int] = []
    run_tool(
        shell("head -c 1000000 /dev/zero | tr '\\0' x"),
        progress=Progress(),
        on_output=lambda line: lengths.append(len(line)),
    )
    assert sum(lengths) == 1_000_000
    assert max(lengths) < 200_000


@pytest.mark.parametrize("script", ["sleep 60 & echo $!; wait", "sleep 60 & echo $!; exec >&- 2>&-; wait"])
def test_a_cancellation_ends_the_program_and_its_children(script: str) -> None:
    cancelled = threading.Event()
    children: list[int] = []

    def cancel(line: str) -> None:
        children.append(int(line))
        threading.Timer(0.2, cancelled.set).start()

    with pytest.raises(Cancelled):
        run_tool(shell(script), progress=Progress(cancelled=cancelled), on_output=cancel)
    assert gone(children[0])


def test_an_exception_in_a_callback_ends_the_program() -> None:
    children: list[int] = []

    def fail(line: str) -> None:
        children.append(int(line))
        raise ValueError("the callback is at fault")

    with pytest.raises(ValueError, match="at fault"):
        run_tool(shell("sleep 60 & echo $!; wait"), progress=Progress(), on_output=fail)
    assert gone(children[0])


def test_a_program_dies_with_a_process_that_is_killed(tmp_path: Path) -> None:
    parent = (
        "from services.runtime.tools import run_tool\n"
        "from services.runtime.progress import Progress\n"
        "run_tool(['sh', '-c', 'echo $$; exec sleep 60'], progress=Progress(),"
        " on_output=lambda line: print(line, flush=True))"
    )
    process = subprocess.Popen([sys.executable, "-c", parent], stdout=subprocess.PIPE, text=True)
    with process:
        assert process.stdout is not None
        child = int(process.stdout.readline())
        os.kill(process.pid, signal.SIGKILL)
    assert gone(child)


def test_an_answer_is_whole_however_long_its_lines_are() -> None:
    answer = capture_tool(shell("head -c 200000 /dev/zero | tr '\\0' a"), progress=Progress())
    assert answer.output == "a" * 200_000
