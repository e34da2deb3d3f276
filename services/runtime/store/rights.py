"""The least rights of each process in a bucket, as policies in the language of AWS that SeaweedFS speaks too.

python -m services.runtime.store.rights BUCKET NAME     prints that of the stage NAME, of the `coordinator` or of `gc`
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from typing import Any

from ..registry import STAGES

COORDINATOR, COLLECTOR = "coordinator", "gc"
_PROCESSES = (COORDINATOR, COLLECTOR)
_MADE_BY_STAGES = ("blobs/*", "cache/*", "answers/*")
_MADE_BY_COORDINATOR = ("blobs/*", "requests/*", "jobs/*", "pauses/*", "seals/*")
_MADE_BY_COLLECTOR = ("garbage/*", "jobs/*/erased.json")
_DELETED_BY_COLLECTOR = ("blobs/*", "cache/*", "requests/*", "jobs/*")
_PROBES = "probe/*"


def policy(name: str, bucket: str) -> Mapping[str, Any]:
    """What a stage, the coordinator or the collector of garbage may do: read all, and write what is its own. Only the
    collector may delete more than its own probes."""
    return {
        "Version": "2012-10-17",
        "Statement": [
            _allow(["s3:ListBucket", "s3:GetBucketLocation"], bucket, [""]),
            _allow(["s3:GetObject"], bucket, ["/*"]),
            _allow(["s3:PutObject", "s3:AbortMultipartUpload"], bucket, [f"/{key}" for key in written_by(name)]),
            _allow(["s3:DeleteObject"], bucket, [f"/{key}" for key in deleted_by(name)]),
        ],
    }


def written_by(name: str) -> tuple[str, ...]:
    """Patterns of the keys that a process writes; see keys.py. A stage commits and logs in its own folders only."""
    of_processes = {COORDINATOR: _MADE_BY_COORDINATOR, COLLECTOR: _MADE_BY_COLLECTOR}
    own = of_processes.get(name, (*_MADE_BY_STAGES, f"jobs/*/stages/??_{name}/*"))
    return (*own, _PROBES)


def deleted_by(name: str) -> tuple[str, ...]:
    """Patterns of the keys that a process may delete. Seals in their list stay: nobody may."""
    return (*(_DELETED_BY_COLLECTOR if name == COLLECTOR else ()), _PROBES)


def _allow(actions: list[str], bucket: str, keys: list[str]) -> dict[str, Any]:
    resources = [f"arn:aws:s3:::{bucket}{key}" for key in keys]
    return {"Effect": "Allow", "Action": actions, "Resource": resources}


def main() -> None:
    if len(sys.argv) != 3 or sys.argv[2] not in (*STAGES, *_PROCESSES):
        raise SystemExit(f"say BUCKET and one of: {', '.join((*STAGES, *_PROCESSES))}")
    sys.stdout.write(json.dumps(policy(sys.argv[2], sys.argv[1]), indent=2) + "\n")


if __name__ == "__main__":
    main()
