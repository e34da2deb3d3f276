"""The committed code of the contract is what the generator writes today, and it loads without a warning."""

import subprocess
import sys
from pathlib import Path

PROTO = Path(__file__).parents[2] / "proto"


def test_generated_code_is_fresh() -> None:
    check = subprocess.run(  # noqa: PLW1510  the output is worth more than the exit status
        [PROTO / "generate.sh", "--check"], capture_output=True, text=True, timeout=280
    )
    assert check.returncode == 0, check.stdout + check.stderr


def test_generated_code_loads_without_a_warning() -> None:
    modules = sorted(f"cuegraph.v1.{path.stem}" for path in PROTO.glob("cuegraph/v1/*_pb2*.py"))
    assert len(modules) >= 8
    subprocess.run(
        [sys.executable, "-W", "error", "-c", f"import {', '.join(modules)}"],
        check=True,
        timeout=60,
        env={"PYTHONPATH": str(PROTO)},
    )
