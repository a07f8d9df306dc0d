"""Keeps every app's last detection beside the app, whatever order builds and reports of the past arrive in."""

from django.db import connection

_COLUMNS = "app_id, build_id, created_at, stack, arch, request_version, request_origin, python_version"
# An older build, or a report of the past, takes nothing from a newer one; the same build detects again after a hook.
_KEPT = """
    ON CONFLICT (app_id) DO UPDATE SET
        build_id = excluded.build_id, created_at = excluded.created_at, stack = excluded.stack, arch = excluded.arch,
        request_version = excluded.request_version, request_origin = excluded.request_origin,
        python_version = excluded.python_version
    WHERE (builds_lastdetection.created_at, builds_lastdetection.build_id) <= (excluded.created_at, excluded.build_id)
"""
_OF_BUILD = f"""
    INSERT INTO builds_lastdetection ({_COLUMNS})
    SELECT app_id, id, created_at, stack, arch, request_version, request_origin, python_version
    FROM builds_build WHERE id = %s AND detection IS NOT NULL {_KEPT}
"""  # noqa: S608 - made of this file's own words
_OF_EVERY_APP = f"""
    INSERT INTO builds_lastdetection ({_COLUMNS})
    SELECT a.id, b.* FROM builds_app a CROSS JOIN LATERAL (
        SELECT b.id, b.created_at, b.stack, b.arch, b.request_version, b.request_origin, b.python_version
        FROM builds_build b WHERE b.app_id = a.id AND b.detection IS NOT NULL
        ORDER BY b.created_at DESC, b.id DESC LIMIT 1
    ) b {_KEPT}
"""  # noqa: S608 - made of this file's own words


def keep_detection(*, build_id: int) -> None:
    """Makes what this build detected its app's last detection, unless a newer build has detected since.

    In the transaction that wrote the build, so that both are there or neither is.
    """
    with connection.cursor() as cursor:
        cursor.execute(_OF_BUILD, [build_id])


def keep_all_detections() -> None:
    """The same for every app at once, after builds were written in bulk."""
    with connection.cursor() as cursor:
        cursor.execute(_OF_EVERY_APP)
