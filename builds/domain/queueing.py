"""What the portal and its builders agree on about the queue: how it is called, and which message lies in it.

A message holds the id of a build and nothing else. It is a hint: who builds is decided by the claim.
"""

BUILD_QUEUED = "builds.build_queued"
DEFAULT_INSTALLATION = "portal"
_DEFAULT_ARCH = "amd64"


def queue_name(stack: str, arch: str = _DEFAULT_ARCH, *, installation: str = DEFAULT_INSTALLATION) -> str:
    """The queue of a stack: `builds.scalingo-22`, for other machines `builds.scalingo-22.arm64`.

    `installation` is CELERY_QUEUE: portals that share a broker have queues of their own.
    """
    name = f"builds.{stack}" if arch == _DEFAULT_ARCH else f"builds.{stack}.{arch}"
    return name if installation == DEFAULT_INSTALLATION else f"{installation}.{name}"
