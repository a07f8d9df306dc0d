"""Which stored archives may be handed out."""

from dataclasses import dataclass

from django.core.files.storage import storages

from versions.domain.refusals import Refusal
from versions.models import Artifact, StoredArchive


@dataclass(frozen=True, slots=True)
class ServedArchive:
    """Bytes that the portal keeps: where its storage holds them, and how many."""

    sha256: str
    size: int
    format: str
    name: str


def served_archive(sha256: str) -> ServedArchive:
    """The archive with this hash.

    Raises Refusal `artifact::unknown` when it isn't stored, or belongs to a withdrawn release and to no other.
    """
    archive = StoredArchive.objects.filter(sha256=sha256).first() if len(sha256) == 64 else None
    if archive is None or _is_withdrawn(sha256) or not storages["artifacts"].exists(archive_name(sha256)):
        raise Refusal("artifact::unknown", sha256=sha256)
    return ServedArchive(archive.sha256, archive.size, archive.format, archive_name(sha256))


def archive_name(sha256: str) -> str:
    """Name within the storage; the first two digits keep folders small."""
    return f"{sha256[:2]}/{sha256}"


def _is_withdrawn(sha256: str) -> bool:
    statuses = set(Artifact.objects.filter(sha256=sha256).values_list("release__status", flat=True))
    return statuses == {"withdrawn"}
