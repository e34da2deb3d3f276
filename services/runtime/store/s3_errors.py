"""What obstore says about a request to an S3 server, as an error of the store."""

from __future__ import annotations

import re

from obstore.exceptions import (
    AlreadyExistsError,
    PermissionDeniedError,
    PreconditionError,
    UnauthenticatedError,
)

from ..errors import (
    AlreadyExists,
    ObjectNotFound,
    StoreError,
    StoreFull,
    StoreRefused,
    StoreUnavailable,
)

_STATUS = re.compile(r"returned non-2xx status code: (\d{3})")
_CODE = re.compile(r"<Code>(\w+)</Code>")
_NO_ROOM = re.compile(r"quota|storagefull|insufficient", re.IGNORECASE)
_MISUSED = ("400", "405", "501")
_NO_BUCKET = "NoSuchBucket"
_DENIED = "AccessDenied"
"""Said in an answer of status 200, as deletes are answered in bulk."""


def store_error(what: str, fault: Exception) -> StoreError:
    """The error for `fault`. The HTTP status and the code of S3 are only in its text."""
    code = _found(_CODE, str(fault))
    if isinstance(fault, AlreadyExistsError | PreconditionError) and not is_undecided(fault):
        return AlreadyExists(f"{what} exists already and is never overwritten")
    if isinstance(fault, FileNotFoundError) and code != _NO_BUCKET:
        return ObjectNotFound(f"{what} does not exist; check the address of the store")
    return _complaint(what, fault, _found(_STATUS, str(fault)), code)


def is_undecided(fault: Exception) -> bool:
    """Whether the server says (409) that another write of the key is under way: who won shows when it is over."""
    return _found(_STATUS, str(fault)) == "409"


def _complaint(what: str, fault: Exception, status: str, code: str) -> StoreError:
    reason = _reason(fault, code)
    if status == "507" or _NO_ROOM.search(code):
        return StoreFull(f"no room to write {what} ({reason}); free some space or raise the quota, then retry")
    if code == _NO_BUCKET:
        return StoreRefused(f"{what} has no place: there is no such bucket; create it, or check its name")
    if isinstance(fault, PermissionDeniedError | UnauthenticatedError) or _DENIED in str(fault):
        return StoreRefused(f"no access to {what} ({reason}); check access key, secret key and policy")
    if status in _MISUSED or "Received redirect" in reason:
        return StoreRefused(f"{what} cannot be used as asked ({reason}); check endpoint and region")
    return StoreUnavailable(f"{what} cannot be reached ({reason}); check that the server runs, then retry")


def _reason(fault: Exception, code: str) -> str:
    """The first line and the code, not the server's whole answer: that may hold the access key."""
    first_line = str(fault).split("\n", 1)[0].split("<?xml", 1)[0]
    return f"{first_line.strip(': ')} {code}".strip()


def _found(pattern: re.Pattern[str], text: str) -> str:
    match = pattern.search(text)
    return match[1] if match else ""
