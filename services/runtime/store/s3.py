"""A store in a bucket of any S3-compatible server that honours conditional writes."""

from __future__ import annotations

import hashlib
import itertools
import random
import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import IO, TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit

from obstore.exceptions import AlreadyExistsError, BaseError
from obstore.store import S3Store as Client

from ..errors import AlreadyExists, InvalidRequest, ObjectNotFound, StoreRefused, StoreUnavailable
from . import keys
from .base import check_key, check_prefix
from .s3_errors import is_undecided, store_error
from .system_errors import reported

if TYPE_CHECKING:
    from obstore.store import S3Credential

T = TypeVar("T")

PATIENCE = timedelta(seconds=60)
"""How long a store that does not answer is asked again."""

_SILENCE = timedelta(seconds=20)  # a server that says nothing for so long is taken for gone
_CONNECT = timedelta(seconds=5)
_LONGEST_TRANSFER = timedelta(hours=6)
_FIRST_PAUSE_SECONDS = 0.1
_LONGEST_PAUSE_SECONDS = 3.0

_PART_BYTES = 8 << 20  # 10,000 parts, S3's limit, make 80 GiB
_PARTS_AT_ONCE = 4

_ENDPOINT = re.compile(r"https?://[^/]+/?")


@dataclass(frozen=True)
class S3Access:
    """How a server is reached, and as whom."""

    endpoint: str
    """URL without a path, e.g. `http://127.0.0.1:8333`."""
    region: str
    access_key: str = field(repr=False)
    secret_key: str = field(repr=False)

    def __post_init__(self) -> None:
        if not _ENDPOINT.fullmatch(self.endpoint):
            raise InvalidRequest(f"{self.endpoint!r} is no endpoint: write it like http://127.0.0.1:8333")


class S3Store:
    """Objects in `bucket` below `prefix`, written with `If-None-Match: *`.

    A request that fails for a passing reason is repeated, with growing pauses, until `patience` is over.
    """

    def __init__(self, bucket: str, prefix: str, access: S3Access, patience: timedelta = PATIENCE) -> None:
        self._url = f"s3://{bucket}/{prefix}".rstrip("/")
        self._endpoint = access.endpoint
        self._patience = patience
        self._client = _client(bucket, prefix, access, patience, retries=0)
        self._bulk_client = _client(bucket, prefix, access, patience, retries=1000)

    @property
    def url(self) -> str:
        return self._url

    def create(self, key: str, data: bytes) -> None:
        check_key(key)
        self._patiently(key, lambda attempt: self._create(key, data, attempt))

    def create_file(self, key: str, path: Path) -> None:
        if path.stat().st_size > _PART_BYTES:
            self._create_in_parts(key, path)
        else:
            self.create(key, path.read_bytes())

    def put(self, key: str, data: bytes) -> None:
        check_key(key)
        self._patiently(key, lambda _: self._client.put(key, data, use_multipart=False))

    def get(self, key: str) -> bytes:
        check_key(key)
        return self._patiently(key, lambda _: self._get(key))

    def fetch(self, key: str, path: Path) -> None:
        check_key(key)
        with reported(f"the file {str(path)!r}"), path.open("xb") as file:
            try:
                self._patiently(key, lambda _: self._download(key, file))
            except BaseException:
                path.unlink()
                raise

    def size(self, key: str) -> int | None:
        check_key(key)
        try:
            return self._patiently(key, lambda _: self._client.head(key)["size"])
        except ObjectNotFound:
            return None

    def digest(self, key: str) -> tuple[int, str] | None:
        check_key(key)
        try:
            return self._patiently(key, lambda _: self._digest(key))
        except ObjectNotFound:
            return None

    def list(self, prefix: str) -> Iterator[str]:
        # SeaweedFS orders by folder, S3 by the whole key: only sorting makes them agree.
        check_prefix(prefix)
        return iter(sorted(self._patiently(prefix, lambda _: self._list(prefix))))

    def folders(self, prefix: str) -> Iterator[str]:
        check_prefix(prefix)
        found = self._patiently(prefix, lambda _: self._client.list_with_delimiter(prefix or None))
        return iter(sorted(folder.rsplit("/", 1)[-1] for folder in found["common_prefixes"]))

    def delete(self, key: str) -> None:
        check_key(key)
        self._patiently(key, lambda _: self._client.delete(key))

    def _create(self, key: str, data: bytes, attempt: int) -> None:
        try:
            self._client.put(key, data, mode="create", use_multipart=False)
        except AlreadyExistsError as fault:
            # An earlier attempt may have been applied though its answer was lost.
            if attempt == 1 or is_undecided(fault) or self._get(key) != data:
                raise

    def _create_in_parts(self, key: str, path: Path) -> None:
        """Sends a large file in parts, for blobs only.

        obstore cannot make the completion of parts conditional. For a blob it need not be: its key says what its
        bytes are, so whoever writes it at the same time writes the same.
        """
        if key != keys.blob(key[-64:]):
            raise InvalidRequest(f"{path} has over {_PART_BYTES} bytes, too many for {key!r}: store it as a blob")
        if self.size(key) is not None:
            raise AlreadyExists(f"{self._named(key)} exists already and is never overwritten")
        self._patiently(key, lambda _: self._put_in_parts(key, path))

    def _put_in_parts(self, key: str, path: Path) -> None:
        try:
            self._bulk_client.put(key, path, chunk_size=_PART_BYTES, max_concurrency=_PARTS_AT_ONCE)
        except FileNotFoundError:
            # The parts are gone: their completion was applied though its answer was lost, or there is no bucket.
            if self.size(key) != path.stat().st_size:
                raise

    def _get(self, key: str) -> bytes:
        return bytes(self._client.get(key).bytes())

    def _download(self, key: str, file: IO[bytes]) -> None:
        file.seek(0)
        file.truncate()
        for chunk in self._bulk_client.get(key).stream(min_chunk_size=1 << 20):
            file.write(chunk)
        file.flush()

    def _digest(self, key: str) -> tuple[int, str]:
        """From the beginning each time: a stream that broke off cannot be gone on with."""
        size, digest = 0, hashlib.sha256()
        for chunk in self._bulk_client.get(key).stream(min_chunk_size=1 << 20):
            digest.update(chunk)
            size += len(chunk)
        return size, digest.hexdigest()

    def _list(self, prefix: str) -> Sequence[str]:
        pages = self._client.list(prefix or None, chunk_size=1000)
        return [entry["path"] for page in pages for entry in page]

    def _patiently(self, key: str, call: Callable[[int], T]) -> T:
        """What `call` answers. It is called with 1, 2, ... as long as it fails for a reason that may pass."""
        deadline = time.monotonic() + self._patience.total_seconds()
        for attempt in itertools.count(1):
            try:
                return call(attempt)
            except (BaseError, FileNotFoundError) as fault:
                error = store_error(self._named(key), fault)
                pause = _pause_seconds(attempt)
                if not error.retryable or time.monotonic() + pause > deadline:
                    raise error from fault
            time.sleep(pause)
        raise AssertionError("attempts do not run out")

    def _named(self, key: str) -> str:
        return f"{key!r} in the store {self._url} at {self._endpoint}"


def ensure_bucket(bucket: str, access: S3Access) -> None:
    """Creates the bucket unless it is there. Raises StoreRefused or StoreUnavailable."""
    from minio import Minio, S3Error  # noqa: PLC0415 - a third of a second that only who asks for it should pay
    from urllib3.exceptions import HTTPError  # noqa: PLC0415 - as above

    server = urlsplit(access.endpoint)
    client = Minio(
        server.netloc,
        access_key=access.access_key,
        secret_key=access.secret_key,
        region=access.region,
        secure=server.scheme == "https",
    )
    try:
        if not client.bucket_exists(bucket):
            client.make_bucket(bucket)
    except S3Error as error:
        if error.code not in ("BucketAlreadyOwnedByYou", "BucketAlreadyExists"):
            raise StoreRefused(f"{access.endpoint} does not make the bucket {bucket!r}: {error.message}") from error
    except ValueError as error:
        raise InvalidRequest(f"{bucket!r} cannot be a bucket: {error}; see the naming rules of S3") from error
    except HTTPError as error:
        raise StoreUnavailable(f"{access.endpoint} cannot be reached: {error}; check that it runs") from error


def _client(bucket: str, prefix: str, access: S3Access, patience: timedelta, retries: int) -> Client:
    """Everything that obstore would else look up in the environment is given: settings come from one place."""
    credential: S3Credential = {
        "access_key_id": access.access_key,
        "secret_access_key": access.secret_key,
        "token": None,
        "expires_at": None,
    }
    return Client(
        bucket,
        prefix=prefix or None,
        endpoint=access.endpoint,
        aws_endpoint_url_s3=access.endpoint,
        region=access.region,
        virtual_hosted_style_request=False,
        conditional_put="etag",
        credential_provider=lambda: credential,
        client_options={
            "allow_http": access.endpoint.startswith("http://"),
            "connect_timeout": _CONNECT,
            "read_timeout": min(_SILENCE, patience),
            "timeout": _LONGEST_TRANSFER,
        },
        retry_config={"max_retries": retries, "retry_timeout": patience},
    )


def _pause_seconds(attempt: int) -> float:
    """Doubles from attempt to attempt, with jitter so that many clients do not come back at once."""
    longest = min(_FIRST_PAUSE_SECONDS * 2 ** min(attempt - 1, 10), _LONGEST_PAUSE_SECONDS)
    return random.uniform(longest / 2, longest)  # noqa: S311 - not a secret
