"""Whether what this container serves is ready: `python healthcheck.py` asks gRPC health and ends with 0 or 1."""

from __future__ import annotations

import sys

from services.runtime.client import RemoteStage

EVERYTHING = ""
"""The name under which a server answers for all that it serves."""

if __name__ == "__main__":
    sys.exit(not RemoteStage("127.0.0.1:50051", EVERYTHING).is_serving())
