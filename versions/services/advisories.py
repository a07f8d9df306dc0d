"""Writing advisories: made, edited, withdrawn and taken back into force. Each counts from the moment it is saved."""

from django.db import IntegrityError, transaction
from django.utils import timezone

from versions.domain.actor import Actor
from versions.domain.advisories import Advisory, advisory_document, advisory_faults
from versions.domain.canonical import digest
from versions.domain.refusals import Fault, Refusal
from versions.models import Advisory as AdvisoryRecord
from versions.selectors.advisories import advisory_of

MAX_REASON_CHARACTERS = 1000


def save_advisory(*, advisory: Advisory, actor: Actor, advisory_id: int | None = None, seen: str = "") -> int:
    """Makes the advisory, or replaces the one with this id; its id.

    `seen`: the digest of the row that the editor began with. Raises Refusal `advisory::invalid` with each fault,
    `advisory::unknown`, `advisory::changed-meanwhile`.
    """
    faults = advisory_faults(advisory)
    if faults:
        raise Refusal("advisory::invalid", faults=faults, count=len(faults))
    try:
        with transaction.atomic():
            record = AdvisoryRecord(created_by_name=actor.name) if advisory_id is None else _locked(advisory_id, seen)
            _write(record, advisory, actor)
    except IntegrityError as error:
        fault = Fault("identifier", f"there is an advisory {advisory.identifier} already")
        raise Refusal("advisory::invalid", faults=(fault,), count=1) from error
    return record.pk


@transaction.atomic
def withdraw_advisory(*, advisory_id: int, reason: str, actor: Actor, seen: str) -> None:
    """From now on the advisory counts no more. Raises Refusal as `save_advisory`; without a reason it is invalid."""
    words = reason.strip()
    if not words or len(words) > MAX_REASON_CHARACTERS or "\0" in words:
        fault = Fault("reason", f"say why, in at most {MAX_REASON_CHARACTERS} characters")
        raise Refusal("advisory::invalid", faults=(fault,), count=1)
    record = _locked(advisory_id, seen)
    record.withdrawn_at, record.withdrawn_reason = record.withdrawn_at or timezone.now(), words
    _save(record, actor)


@transaction.atomic
def reinstate_advisory(*, advisory_id: int, actor: Actor, seen: str) -> None:
    """A withdrawn advisory counts again. Raises Refusal `advisory::unknown`, `advisory::changed-meanwhile`."""
    record = _locked(advisory_id, seen)
    record.withdrawn_at, record.withdrawn_reason = None, ""
    _save(record, actor)


def _locked(advisory_id: int, seen: str) -> AdvisoryRecord:
    record = AdvisoryRecord.objects.select_for_update().filter(pk=advisory_id).first()
    if record is None:
        raise Refusal("advisory::unknown", id=advisory_id)
    is_withdrawn = record.withdrawn_at is not None
    if digest({"advisory": advisory_document(advisory_of(record)), "withdrawn": is_withdrawn}) != seen:
        raise Refusal("advisory::changed-meanwhile", identifier=record.identifier)
    return record


def _write(record: AdvisoryRecord, advisory: Advisory, actor: Actor) -> None:
    record.identifier, record.title, record.text = advisory.identifier, advisory.title, advisory.text
    record.severity, record.url = advisory.severity, advisory.url
    record.affected = [str(entry) for entry in advisory.affected]
    record.fixed_in = [str(version) for version in advisory.fixed_in]
    _save(record, actor)


def _save(record: AdvisoryRecord, actor: Actor) -> None:
    record.updated_by_id, record.updated_by_name = actor.user_id, actor.name
    record.save()
