"""The commands, and how a command ends: 0 done, 1 failed, 2 bad usage or input, 130 cancelled."""

from __future__ import annotations

import atexit
import gc
import sys
import traceback
from typing import NoReturn

import typer

from services.runtime.errors import Cancelled, CuegraphError, InputError

from . import audit, doctor, garbage, jobs, keys, lineage, models, run, serve, stage
from .output import report_error

EXIT_FAILED, EXIT_BAD_INPUT, EXIT_CANCELLED = 1, 2, 130

app = typer.Typer(
    name="cuegraph",
    help="Turns films into transcripts and subtitles, and proves how every line came about.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("run")(run.run)
app.command("audit")(audit.audit_jobs)
app.command("gc")(garbage.collect_garbage)
app.command("serve")(serve.serve_jobs)
app.command("doctor")(doctor.doctor)
app.add_typer(jobs.app, name="jobs")
app.add_typer(keys.app, name="keys")
app.add_typer(lineage.app, name="lineage")
app.add_typer(models.app, name="models")
app.add_typer(stage.app, name="stage")


def main() -> NoReturn:
    """Runs one command and ends the process with its exit code."""
    # An interpreter that has loaded models looks through millions of objects at its end, for seconds; no need.
    atexit.register(gc.freeze)
    try:
        app()
    except CuegraphError as error:
        report_error(error)
        sys.exit(_exit_code(error))
    except KeyboardInterrupt:
        sys.exit(EXIT_CANCELLED)
    except Exception as error:  # noqa: BLE001  whatever it is, JSON was promised
        traceback.print_exc()
        report_error(CuegraphError(f"{type(error).__name__}: {error}; please report it with the lines above"))
        sys.exit(EXIT_FAILED)
    sys.exit(0)


def _exit_code(error: CuegraphError) -> int:
    if isinstance(error, InputError):
        return EXIT_BAD_INPUT
    return EXIT_CANCELLED if isinstance(error, Cancelled) else EXIT_FAILED
