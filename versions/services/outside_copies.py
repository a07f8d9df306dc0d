"""What staff say of outside copies: adding one, changing it, no longer watching it."""

from django.db import IntegrityError, transaction

from versions.domain.outside import CopyEntry
from versions.domain.refusals import Fault, Refusal
from versions.models import OutsideCopy, OutsideDifference


def add_copy(*, entry: CopyEntry) -> int:
    """Returns its id. Raises Refusal `request::malformed`, also for a name that another copy has."""
    entry.check()
    try:
        with transaction.atomic():
            return OutsideCopy.objects.create(**_columns(entry)).pk
    except IntegrityError as error:
        raise _taken(entry) from error


def change_copy(*, copy_id: int, entry: CopyEntry) -> None:
    """What differed is forgotten when the copy is now another place. Raises as `add_copy`, and `outside::unknown`."""
    entry.check()
    try:
        with transaction.atomic():
            row = OutsideCopy.objects.select_for_update().filter(pk=copy_id).first()
            if row is None:
                raise Refusal("outside::unknown")
            is_elsewhere = (row.location, row.form, row.stack) != (entry.location, entry.form.value, entry.stack)
            OutsideCopy.objects.filter(pk=copy_id).update(**_columns(entry))
            if is_elsewhere:
                OutsideDifference.objects.filter(copy=row).delete()
    except IntegrityError as error:
        raise _taken(entry) from error


@transaction.atomic
def remove_copy(*, copy_id: int) -> None:
    """Forgets the copy with its checks and differences. One that is gone already stays gone."""
    OutsideCopy.objects.filter(pk=copy_id).delete()


def _columns(entry: CopyEntry) -> dict[str, object]:
    return {
        "name": entry.name.strip(),
        "location": entry.location,
        "form": entry.form.value,
        "stack": entry.stack,
        "every_minutes": entry.every.value,
        "is_enabled": entry.is_enabled,
    }


def _taken(entry: CopyEntry) -> Refusal:
    return Refusal("request::malformed", faults=(Fault("name", f"{entry.name.strip()} is another copy's name"),))
