"""The least rights of each process in a bucket, as policies in the language of AWS that SeaweedFS speaks too.

python -m services.runtime.store.rights BUCKET NAME     prints that of the stage NAME, or of the `coordinator`
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from typing import Any

from ..registry import STAGES

COORDINATOR = "coordinator"
_MADE_BY_STAGES = ("blobs/*", "cache/*", "answers/*")
_MADE_BY_COORDINATOR = ("blobs/*", "requests/*", "jobs/*", "pauses/*", "seals/*")


def policy(name: str, bucket: str) -> Mapping[str, Any]:
    """What a stage, or the coordinator, may do: read all, write what is its own, and delete its own probes alone."""
    return {
        "Version": "2012-10-17",
        "Statement": [
            _allow(["s3:ListBucket", "s3:GetBucketLocation"], bucket, [""]),
            _allow(["s3:GetObject"], bucket, ["/*"]),
            _allow(["s3:PutObject", "s3:AbortMultipartUpload"], bucket, [f"/{key}" for key in written_by(name)]),
            _allow(["s3:DeleteObject"], bucket, ["/probe/*"]),
        ],
    }


def written_by(name: str) -> tuple[str, ...]:
    """Patterns of the keys that a process writes; see keys.py. A stage commits and logs in its own folders only."""
    own = _MADE_BY_COORDINATOR if name == COORDINATOR else (*_MADE_BY_STAGES, f"jobs/*/stages/??_{name}/*")
    return (*own, "probe/*")


def _allow(actions: list[str], bucket: str, keys: list[str]) -> dict[str, Any]:
    resources = [f"arn:aws:s3:::{bucket}{key}" for key in keys]
    return {"Effect": "Allow", "Action": actions, "Resource": resources}


def main() -> None:
    if len(sys.argv) != 3 or sys.argv[2] not in (*STAGES, COORDINATOR):
        raise SystemExit(f"say BUCKET and one of: {', '.join((*STAGES, COORDINATOR))}")
    sys.stdout.write(json.dumps(policy(sys.argv[2], sys.argv[1]), indent=2) + "\n")


if __name__ == "__main__":
    main()
