"""A server of outside copies on this machine, and copies that point at it."""

from pathlib import Path

from tests.tables import small_table
from versions.domain.actor import Actor
from versions.domain.document import table_document
from versions.domain.outside import CheckEvery, CopyEntry, OutsideForm
from versions.models import OutsideCopy, OutsideRun
from versions.services.outside_copies import add_copy
from versions.services.pending import import_table
from versions.services.publishing import publish_pending

DATA = Path(__file__).resolve().parent / "data"
STACK = "stack-22"


def publish(*versions: str) -> None:
    """One stack with these releases, as the next revision."""
    import_table(document=table_document(small_table(*versions, stack=STACK)))
    publish_pending(message="for the test", actor=Actor("anna"))


def copy_entry(
    location: str,
    form: OutsideForm = OutsideForm.LIST,
    *,
    name: str = "mirror",
    stack: str = STACK,
    is_enabled: bool = True,
) -> CopyEntry:
    return CopyEntry(name, location, form, stack, CheckEvery.HOUR, is_enabled)


def watched(location: str, form: OutsideForm = OutsideForm.LIST, *, name: str = "mirror", stack: str = STACK) -> int:
    return add_copy(entry=copy_entry(location, form, name=name, stack=stack))


def last_run(copy_id: int) -> OutsideRun:
    return OutsideCopy.objects.get(pk=copy_id).runs.all()[0]
