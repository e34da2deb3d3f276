"""The repository holds what the plan draws, and nothing of the machine that it was written on."""

from __future__ import annotations

import re

from tests.layout.source import ROOT, files, make_targets, texts

TOP_FOLDERS = {".ci", "coordinator", "deploy", "docs", "k8s", "proto", "services", "tests"}
VAGUE = {"utils", "util", "common", "shared", "helpers", "helper", "core", "misc"}
REGISTRY = re.compile(
    r"pypi\.org|pythonhosted\.org|npmjs\.(?:org|com)|deb\.debian\.org|download\.pytorch\.org|--(?:extra-)?index-url"
    r"|--find[-]links|https?://[\w.:-]+/simple\b",
    re.IGNORECASE,
)
PIN = re.compile(r"[a-z0-9-]+==[0-9][\w.]*(?: --hash=sha256:[0-9a-f]{64})?")
MACHINE_PATH = re.compile(r"(?<![\w.~}\-])/(?:work|root|home|Users)/\w")


def test_the_top_folders_are_those_of_the_plan() -> None:
    assert {path.parts[0] for path in files() if len(path.parts) > 1} == TOP_FOLDERS


def test_no_folder_or_module_has_a_vague_name() -> None:
    assert not [str(path) for path in files() if VAGUE & {*path.parts, path.stem}]


def test_no_file_holds_the_address_of_a_package_registry() -> None:
    assert not [str(path) for path, text in texts() if REGISTRY.search(text)]


def test_no_file_holds_a_path_of_one_machine() -> None:
    assert not [str(path) for path, text in texts() if MACHINE_PATH.search(text)]


def test_every_lock_pins_everything_exactly() -> None:
    for lock in sorted((ROOT / "deploy/locks").glob("*.txt")):
        lines = [line for line in lock.read_text("utf-8").splitlines() if line and not line.startswith("#")]
        assert lines
        assert not [line for line in lines if not PIN.fullmatch(line)]


def test_continuous_integration_runs_the_targets_that_developers_run() -> None:
    wanted = re.findall(r"^make (\S+)", (ROOT / ".ci/run").read_text("utf-8"), re.MULTILINE)
    assert wanted == ["lint", "test"]
    assert set(wanted) <= set(make_targets())
