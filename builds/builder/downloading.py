"""Fetches interpreter archives and keeps them by hash, so that each is downloaded once on a machine."""

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import httpx

from builds.builder.failures import BuildFailure
from builds.builder.portal import Portal
from versions.domain.refusals import Refusal

_BLOCK_BYTES = 1024**2
_LARGEST_ARCHIVE = 2 * 1024**3
_MAX_REDIRECTS = 5
_ANSWER_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Wanted:
    """An artifact as the table names it; `size` in bytes, None when the table does not say."""

    address: str
    sha256: str
    size: int | None


def cache_folder() -> Path:
    """The user's cache of archives, below the temporary files where the user has no home to keep one in."""
    home = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")  # noqa: PTH111  never raises
    for root in (Path(home), Path(tempfile.gettempdir(), f"runtime-portal-cache-{os.geteuid()}")):
        folder = root / "runtime-portal" / "artifacts"
        try:
            root.mkdir(mode=0o700, parents=True, exist_ok=True)
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if folder.stat().st_uid == root.lstat().st_uid == os.geteuid() and os.access(folder, os.W_OK):
                return folder
        except OSError:
            continue
    raise Refusal("sandbox::no-work-folder")


def fetch_archive(wanted: Wanted, portal: Portal, cache: Path, check: Callable[[], None]) -> tuple[Path, bool]:
    """The archive's file in the cache, and whether it was there already. Its bytes have the wanted hash.

    `check` is called while bytes arrive and raises when the build has to stop. Raises BuildFailure
    `install-python::download` or `install-python::hash-mismatch`; no file is left behind then.
    """
    kept = cache / wanted.sha256
    if kept.is_file() and _sha256_of(kept) == wanted.sha256:
        return kept, True
    descriptor, name = tempfile.mkstemp(dir=cache, prefix=".arriving-")
    arriving = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            _download(wanted, portal, file, check)
            file.flush()
            os.fsync(file.fileno())
        arriving.replace(kept)
    except BaseException:
        with suppress(FileNotFoundError):
            arriving.unlink()
        raise
    return kept, False


def _download(wanted: Wanted, portal: Portal, file: IO[bytes], check: Callable[[], None]) -> None:
    limit = wanted.size if wanted.size is not None else _LARGEST_ARCHIVE
    digest = hashlib.sha256()
    received = 0
    try:
        for block in _blocks(portal.absolute(wanted.address), portal):
            check()
            received += len(block)
            if received > limit:
                raise BuildFailure("install-python::hash-mismatch", f"it is longer than the published {limit} bytes")
            digest.update(block)
            file.write(block)
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        raise BuildFailure(
            "install-python::download", f"{wanted.address}: {str(error) or type(error).__name__}"
        ) from error
    if digest.hexdigest() != wanted.sha256:
        found = f"its sha256 is {digest.hexdigest()}, published is {wanted.sha256}"
        raise BuildFailure("install-python::hash-mismatch", found)
    if wanted.size is not None and received != wanted.size:
        raise BuildFailure("install-python::hash-mismatch", f"it has {received} bytes, published are {wanted.size}")


def _blocks(address: str, portal: Portal) -> Iterator[bytes]:
    """The bytes behind the address. Our token goes to the portal alone, and plain http to nobody else."""
    with httpx.Client(timeout=_ANSWER_SECONDS, trust_env=True) as client:
        for _ in range(_MAX_REDIRECTS + 1):
            headers = {"Accept-Encoding": "identity"}
            if portal.is_own(address):
                headers["Authorization"] = f"Bearer {portal.token}"
            elif not address.startswith("https://"):
                raise BuildFailure("install-python::download", f"{address} is neither the portal's nor https")
            with client.stream("GET", address, headers=headers) as response:
                if response.has_redirect_location:
                    address = str(response.url.join(response.headers["Location"]))
                    continue
                if response.status_code != httpx.codes.OK:
                    raise BuildFailure("install-python::download", f"{address} answers {response.status_code}")
                yield from response.iter_raw(_BLOCK_BYTES)
                return
    raise BuildFailure("install-python::download", f"{address} redirects too often")


def _sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
