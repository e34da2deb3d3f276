"""Whose signatures count to a command."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from services.runtime.settings import process_settings
from services.runtime.signing import TrustedKeys

from ..app import open_second_store
from ..lineage.seals.facts import Trust

KeyOption = Annotated[
    list[Path] | None, typer.Option("--key", metavar="FILE", help="Trust this public key (PEM) alone, and require it.")
]
RequireSignatureOption = Annotated[
    bool, typer.Option("--require-signature", help="What no trusted key signed is an error.")
]


def trust_of(keys: list[Path] | None, *, is_required: bool) -> Trust:
    """The keys that are named, which must then have signed, else those that this installation trusts.

    Raises InvalidSetting for a file that is no public key.
    """
    process = process_settings()
    trusted = TrustedKeys.read(*keys) if keys else process.keyring.trusted()
    return Trust(trusted, is_required or bool(keys), open_second_store(process, read_only=True))
