"""`cuegraph doctor`: whether this machine has what Cuegraph needs, and what to do where it does not."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass

import typer

from services.runtime.errors import CuegraphError
from services.runtime.host import has_gpu, library_version
from services.runtime.layers import effective
from services.runtime.registry import STAGES, load_stage
from services.runtime.store import open_store

from ..admission import default_profile, stage_settings
from ..app import App, open_app
from .options import JsonOption, StoreOption
from .output import is_writable, nearest, print_json, say

_PYTHON = (3, 11)
_FREE_BYTES = 2 << 30


@dataclass(frozen=True)
class Check:
    """One thing that was looked at."""

    name: str
    is_good: bool
    found: str
    """What was found or, where that is not good, what to do."""


def doctor(store: StoreOption = "", json: JsonOption = False) -> None:
    """Checks programs, libraries, models and the store of this machine; exit code 1 if something is amiss."""
    opened = open_app(store)
    checks = [_python(), _program("ffmpeg"), _program("ffprobe"), scratch(opened), _gpu(), _store(opened)]
    checks += [_stage(opened, name) for name in STAGES]
    if json:
        print_json({"healthy": all(c.is_good for c in checks), "checks": [vars(c) for c in checks]})
    else:
        for check in checks:
            say(f"{'good' if check.is_good else 'BAD ':<5} {check.name:<10} {check.found}")
    raise typer.Exit(0 if all(check.is_good for check in checks) else 1)


def _python() -> Check:
    version = sys.version.split()[0]
    is_good = sys.version_info >= _PYTHON
    return Check("python", is_good, version if is_good else f"{version} is too old: install Python 3.11 or newer")


def _program(name: str) -> Check:
    if shutil.which(name) is None:
        return Check(name, is_good=False, found="not installed; on Debian: apt-get install ffmpeg")
    return Check(name, is_good=True, found=library_version(name))


def scratch(app: App) -> Check:
    """Whether there is room for the files of a run."""
    folder = nearest(app.process.scratch)
    if not is_writable(folder):
        found = f"nothing can be written to {app.process.scratch}; point CUEGRAPH_SCRATCH elsewhere"
        return Check("scratch", is_good=False, found=found)
    free = shutil.disk_usage(folder).free
    found = f"{free / (1 << 30):.1f} GiB free in {folder}"
    if free < _FREE_BYTES:
        return Check("scratch", is_good=False, found=f"{found}; make room or point CUEGRAPH_SCRATCH elsewhere")
    return Check("scratch", is_good=True, found=found)


def _gpu() -> Check:
    return Check("gpu", is_good=True, found=f"{'found' if has_gpu() else 'none'}; profile {default_profile()}")


def _store(app: App) -> Check:
    return _attempt("store", lambda: open_store(app.process.store, app.process.s3).url)


def _stage(app: App, name: str) -> Check:
    """Whether the stage's libraries and the models of the default profile are there."""

    def look() -> str:
        stage = load_stage(name)
        settings, _ = effective(name, stage.settings_type(), stage_settings(stage, default_profile()))
        models = stage.models(settings)
        for model in models:
            app.models.path(model)
        missing = [library for library in stage.libraries if not library_version(library)]
        if missing:
            raise ImportError(f"{', '.join(missing)} not installed; pip install 'cuegraph[{name}]'")
        return f"ready{': ' * bool(models)}{', '.join(models)}"

    return _attempt(name, look)


def _attempt(name: str, look: Callable[[], str]) -> Check:
    try:
        return Check(name, is_good=True, found=look())
    except (CuegraphError, ImportError) as error:
        return Check(name, is_good=False, found=str(error))
