"""What the operating system says about a file, as an error of the store."""

from __future__ import annotations

import contextlib
import errno
from collections.abc import Iterator

from ..errors import AlreadyExists, ObjectNotFound, StoreError, StoreFull, StoreRefused, StoreUnavailable

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_REFUSED = {errno.EACCES, errno.EPERM, errno.EROFS}


@contextlib.contextmanager
def reported(what: str) -> Iterator[None]:
    """Turns what the operating system says about `what` into an error of the store."""
    try:
        yield
    except OSError as error:
        raise _store_error(what, error) from error


def _store_error(what: str, error: OSError) -> StoreError:
    if isinstance(error, FileExistsError):
        return AlreadyExists(f"{what} exists already and is never overwritten")
    if isinstance(error, FileNotFoundError | IsADirectoryError | NotADirectoryError):
        return ObjectNotFound(f"{what} does not exist; check the address of the store")
    if error.errno in _FULL:
        return StoreFull(f"no room to write {what} ({error.strerror}); free some space, then retry")
    if error.errno in _REFUSED:
        return StoreRefused(f"no access to {what} ({error.strerror}); check owner, permissions and mount")
    return StoreUnavailable(f"{what} cannot be reached ({error}); check the disk, then retry")
