"""The one lock under which the pending state and the chain of revisions move."""

from django.db import connection

# Any number will do as long as nothing else uses it; these bytes read "table" in ASCII.
TABLE_LOCK = 0x7461626C65


def lock_table() -> None:
    """Waits until no other transaction edits or publishes the table; held until this transaction ends.

    An advisory lock, because before revision 1 there is no row to lock.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [TABLE_LOCK])
