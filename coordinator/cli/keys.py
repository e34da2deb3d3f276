"""`cuegraph keys`: what this installation signs with, and whose signatures it trusts."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from services.runtime.errors import InvalidRequest, UnknownName
from services.runtime.keyring import Keyring, create_key
from services.runtime.settings import process_settings
from services.runtime.signing import Signer, TrustedKey, TrustedKeys

from .options import JsonOption
from .output import print_json, say, writing

app = typer.Typer(help="Makes, shows, trusts and exchanges the keys that seals are signed with.", no_args_is_help=True)

RetiredOption = Annotated[
    str, typer.Option(metavar="TIME", help="From then on it signs nothing: what is dated later does not count.")
]
RevokedOption = Annotated[
    str, typer.Option(metavar="TIME", help="It was lost then: nothing that it signed counts any more.")
]


@app.command()
def create(
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Where; else where this installation looks.")] = None,
    json: JsonOption = False,
) -> None:
    """Makes a private key (Ed25519, PEM, mode 0600), e.g. one for a service of its own."""
    path = out or _own(_keyring())
    _tell(create_key(path), path, as_json=json)


@app.command()
def show(json: JsonOption = False) -> None:
    """Shows the key that this installation signs with."""
    keyring = _keyring()
    _tell(_signer(keyring), _own(keyring), as_json=json)


@app.command()
def export(
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Else it is printed.")] = None,
) -> None:
    """Writes the public half of that key: all that others need to check what it signed."""
    pem = _signer(_keyring()).public_pem
    if out is None:
        say(pem.decode().rstrip())
        return
    with writing(out):
        out.write_bytes(pem)


@app.command()
def trust(
    key: Annotated[
        str, typer.Argument(metavar="FILE|ID", help="A public key (PEM), or how the id of a known one begins.")
    ],
    retired: RetiredOption = "",
    revoked: RevokedOption = "",
    json: JsonOption = False,
) -> None:
    """Trusts a public key from now on, or marks one that is trusted as retired or revoked."""
    marks = _time("--retired", retired), _time("--revoked", revoked)
    keyring = _keyring()
    if Path(key).is_file():
        (given,) = TrustedKeys.read(Path(key)).by_id.values()
        kept = given.marked(*marks)
        keyring.trust(kept)
    elif any(marks):
        kept = keyring.mark(key, *marks)
    else:
        raise UnknownName(f"there is no file {key!r}; name a public key, or give --retired or --revoked with a key id")
    _list([kept], as_json=json)


@app.command("list")
def list_keys(json: JsonOption = False) -> None:
    """Lists the keys whose signatures count here."""
    _list(list(_keyring().trusted().by_id.values()), as_json=json)


@app.command()
def rotate(json: JsonOption = False) -> None:
    """Signs with a new key from now on; the old one stays trusted for what it signed."""
    keyring = _keyring()
    _tell(keyring.rotate(), _own(keyring), as_json=json)


def _keyring() -> Keyring:
    return process_settings().keyring


def _own(keyring: Keyring) -> Path:
    if keyring.own is None:
        raise UnknownName("nothing is signed here: CUEGRAPH_SIGNING_KEY is none; name a key there")
    return keyring.own


def _signer(keyring: Keyring) -> Signer:
    return Signer.from_file(_own(keyring))


def _tell(signer: Signer, path: Path, *, as_json: bool) -> None:
    if as_json:
        print_json({"key_id": signer.key_id, "file": str(path), "public_key": signer.public_pem.decode()})
    else:
        say(f"{signer.key_id}  {path}\n{signer.public_pem.decode().rstrip()}")


def _list(keys: list[TrustedKey], *, as_json: bool) -> None:
    if as_json:
        print_json({"keys": [_row(key) for key in keys]})
        return
    for row in map(_row, keys):
        marks = "".join(f"  {mark} {row[mark]}" for mark in ("retired", "revoked") if row[mark])
        say(f"{row['key_id']}  {row['file']}{marks}")


def _row(key: TrustedKey) -> dict[str, Any]:
    marks = {"retired": key.retired, "revoked": key.revoked}
    return {"key_id": key.key_id, "file": key.name} | {
        mark: time.isoformat() if time else None for mark, time in marks.items()
    }


def _time(option: str, text: str) -> datetime | None:
    if not text:
        return None
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        raise InvalidRequest(f"{option} {text!r} is no time; write it as 2026-03-14T09:26:53+00:00") from None
    return time if time.tzinfo else time.astimezone()
