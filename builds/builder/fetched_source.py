"""The source of a queued build: fetched from the portal or from an address, hashed, looked at, unpacked."""

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path

from builds.builder.downloading import Wanted, fetch_archive
from builds.builder.failures import BuildFailure
from builds.builder.portal import Portal
from builds.builder.step_log import Recorder
from builds.domain.messages import explain
from versions.addresses.fetching import FetchLimits, fetch
from versions.addresses.origins import AllowedOrigins
from versions.archives.members import UnpackLimits
from versions.archives.unpacking import unpack
from versions.domain.refusals import Refusal

STEP = "fetch_source"
_LIMITS = UnpackLimits(is_interpreter=False)
_LARGEST_ARCHIVE = 1024**3
_SECONDS = 600
_ARCHIVE = "source"


class SourceFetcher:
    """Brings the app of one queued build into `folder / "app"`. `check` raises when the build has to stop."""

    def __init__(
        self,
        source: Mapping[str, str],
        folder: Path,
        portal: Portal,
        *,
        hosts: tuple[str, ...],
        check: Callable[[], None],
    ) -> None:
        self._address = source.get("url", "")
        self._sha256 = source.get("sha256", "")
        self._folder = folder
        self._portal = portal
        self._hosts = hosts
        self._check = check

    def __call__(self, recorder: Recorder) -> None:
        """As a step of the build; raises as `bring` does."""
        with recorder.step(STEP, "Fetching the source") as log:
            self.bring(log.say)

    def bring(self, say: Callable[[str], None]) -> None:
        """Raises BuildFailure `fetch-source::…`, and whatever `check` raises."""
        archive = self._from_address(say) if self._address else self._from_portal(say)
        self._check()
        try:
            members = unpack(archive, self._folder / "app", _LIMITS)
        except Refusal as refusal:
            raise BuildFailure("fetch-source::unusable", _told(refusal)) from refusal
        archive.unlink()
        say(f"{members.files} files and folders, {members.total_bytes} bytes")

    def _from_portal(self, say: Callable[[str], None]) -> Path:
        if not self._sha256:
            raise BuildFailure("fetch-source::download", "the build names neither a SHA-256 nor an address")
        say(f"Source {self._sha256} from the portal")
        wanted = Wanted(f"/api/v1/sources/{self._sha256}", self._sha256, None)
        try:
            archive, _was_there = fetch_archive(wanted, self._portal, self._folder, self._check)
        except BuildFailure as failure:
            is_other = failure.code == "install-python::hash-mismatch"
            code = "fetch-source::hash-mismatch" if is_other else "fetch-source::download"
            raise BuildFailure(code, failure.detail) from failure
        return archive

    def _from_address(self, say: Callable[[str], None]) -> Path:
        say(f"Source {self._address}")
        archive, digest = self._folder / _ARCHIVE, hashlib.sha256()
        with archive.open("xb") as file:

            def write(data: bytes) -> None:
                self._check()
                digest.update(data)
                file.write(data)

            try:
                limits = FetchLimits(_LARGEST_ARCHIVE, seconds=_SECONDS)
                fetch(self._address, AllowedOrigins.of(self._hosts), limits, write)
            except Refusal as refusal:
                raise BuildFailure("fetch-source::download", _told(refusal)) from refusal
        if self._sha256 and digest.hexdigest() != self._sha256:
            found = f"its sha256 is {digest.hexdigest()}, announced was {self._sha256}"
            raise BuildFailure("fetch-source::hash-mismatch", found)
        return archive


def _told(refusal: Refusal) -> str:
    """What is said of it, as a part of a longer sentence."""
    return explain(refusal.code, refusal.facts).text.rstrip(".")
