"""A server of outside copies on this machine, and copies that point at it."""

from pathlib import Path

from pytest_django.fixtures import Settings

from tests.tables import small_table
from tests.unit.builder.stand_in import Answer, always, stand_in
from versions.domain.actor import Actor
from versions.domain.document import table_document
from versions.domain.outside import CheckEvery, CopyEntry, OutsideForm
from versions.models import OutsideCopy, OutsideRun
from versions.selectors.outside_copies import copy_page
from versions.services.drift import check_copy
from versions.services.outside_copies import add_copy
from versions.services.pending import import_table
from versions.services.publishing import publish_pending

DATA = Path(__file__).resolve().parent / "data"
STACK = "stack-22"
AGREES = b'["3.11.9", "3.12.3"]'


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


def rows(copy_id: int) -> list[tuple[str, str | None, str | None]]:
    return [(row.place, row.here, row.there) for row in copy_page(copy_id).open]


def checked(answer: Answer, settings: Settings, form: OutsideForm = OutsideForm.LIST) -> OutsideRun:
    """The run that a check of a server with this answer leaves behind."""
    with stand_in(always(answer)) as server:
        settings.FETCH_HOSTS = [server.url]
        copy_id = watched(f"{server.url}/copy", form)
        assert check_copy(copy_id=copy_id)
    return last_run(copy_id)
