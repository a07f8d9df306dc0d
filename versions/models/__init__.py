"""Tables of what the platform offers.

Stack, Series, Release and Artifact hold the pending state that staff edit. Revision holds what was published, once and
for ever. StoredArchive knows the archives whose bytes the portal keeps. Decisions are made in `services/`.
"""

from versions.models.advisory import Advisory
from versions.models.approval import ApprovalRule, Proposal
from versions.models.archive import StoredArchive
from versions.models.archive_job import ArchiveJob, UploadChunk
from versions.models.outside import OutsideCopy, OutsideDifference, OutsideRun
from versions.models.release import Artifact, Release
from versions.models.revision import Revision
from versions.models.stack import Series, Stack

__all__ = [
    "Advisory",
    "ApprovalRule",
    "ArchiveJob",
    "Artifact",
    "OutsideCopy",
    "OutsideDifference",
    "OutsideRun",
    "Proposal",
    "Release",
    "Revision",
    "Series",
    "Stack",
    "StoredArchive",
    "UploadChunk",
]
