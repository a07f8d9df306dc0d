"""The bytes of stored archives, whole or in part, from whichever storage keeps them."""

from collections.abc import Iterator
from contextlib import closing
from typing import Any, Protocol, cast

from django.core.files.storage import Storage, storages

from versions.selectors.archives import archive_name

PIECE_BYTES = 256 * 1024


class _Bucket(Protocol):
    """What is asked of django-storages' S3 storage; its own files would be downloaded whole before the first byte."""

    bucket_name: str
    location: str
    connection: Any


def is_kept(sha256: str) -> bool:
    """Whether the storage has bytes under this hash."""
    return storages["artifacts"].exists(archive_name(sha256))


def archive_pieces(sha256: str, *, first: int, length: int) -> Iterator[bytes]:
    """`length` bytes of the stored archive from `first` on, a piece at a time.

    Raises OSError (FileNotFoundError for a folder) when the storage does not have them.
    """
    storage, name = storages["artifacts"], archive_name(sha256)
    if length <= 0:
        return iter(())
    if hasattr(storage, "bucket_name"):
        return _from_bucket(cast("_Bucket", storage), name, first, length)
    return _from_storage(storage, name, first, length)


def _from_storage(storage: Storage, name: str, first: int, length: int) -> Iterator[bytes]:
    with storage.open(name) as stored:
        stored.seek(first)
        left = length
        while left and (piece := stored.read(min(PIECE_BYTES, left))):
            left -= len(piece)
            yield piece


def _from_bucket(storage: _Bucket, name: str, first: int, length: int) -> Iterator[bytes]:
    key = f"{storage.location.rstrip('/')}/{name}".lstrip("/")
    wanted = f"bytes={first}-{first + length - 1}"
    answer = storage.connection.meta.client.get_object(Bucket=storage.bucket_name, Key=key, Range=wanted)
    with closing(answer["Body"]) as body:
        yield from body.iter_chunks(PIECE_BYTES)
