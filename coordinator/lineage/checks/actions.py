"""Is the action key of every manifest that of its own stage, settings, inputs and models?"""

from __future__ import annotations

import functools
import importlib.metadata
from collections.abc import Iterator

from services.runtime.actions import action_key
from services.runtime.manifest import Manifest
from services.runtime.redaction import MASK

from ..facts import JobFacts
from ..findings import ACTION_FORGED, Finding
from .records import unaltered


def check_actions(facts: JobFacts) -> Iterator[Finding]:
    """A key that does not fit would let the cache hand out results of another action."""
    for found in {found.digest: found for found in unaltered(facts)}.values():
        manifest = found.content
        if manifest and _can_be_computed(manifest) and manifest.action_key != _key(manifest):
            yield ACTION_FORGED.broken(found.key, "its action key is not that of its settings, inputs and models")


def _can_be_computed(manifest: Manifest) -> bool:
    """Not for another version, whose salt may differ, nor where a setting was a secret and is masked."""
    is_masked = any(MASK in repr(setting.value) for setting in manifest.settings.values())
    return manifest.action_key != "" and manifest.code.version == _version() and not is_masked


def _key(manifest: Manifest) -> str:
    return action_key(manifest.stage, manifest.stage_version, manifest.settings, manifest.inputs, manifest.models)


@functools.cache
def _version() -> str:
    return importlib.metadata.version("cuegraph")
