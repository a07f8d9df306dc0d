"""Writes the pending state: makes the rows say what a table says, touching only those that differ."""

from collections.abc import Mapping

from django.db import transaction

from versions.domain.composition import merged
from versions.domain.document import read_table
from versions.domain.refusals import Refusal
from versions.domain.table import ArtifactEntry, ReleaseEntry, SeriesEntry, StackEntry, Table
from versions.models import Artifact, Release, Series, Stack
from versions.selectors.pending import checked, pending_rows
from versions.services.locks import lock_table


@transaction.atomic
def import_table(*, document: object, merge: bool = False) -> Table:
    """Replaces the pending state by a table document; with `merge` stacks that it doesn't name stay.

    Returns the pending table. Raises Refusal `table::invalid` and then has changed nothing.
    """
    table = read_table(document)
    lock_table()
    if merge:
        pending = pending_rows()
        table = checked(merged(pending, table)) if pending.stacks else table
    known = set(Release.objects.values_list("pk", flat=True))
    replace_pending(table=table)
    # What came with the document is history that others vouch for; what was here before keeps what it is.
    Release.objects.exclude(pk__in=known).update(is_imported=True)
    return table


@transaction.atomic
def replace_pending(*, table: Table) -> None:
    """Makes the pending rows equal to `table`. Rows that are equal already are not written."""
    lock_table()
    # First of all nothing is the default, or two rows would be it for a moment, which the database refuses.
    Stack.objects.filter(is_default=True).exclude(name=table.default_stack).update(is_default=False)
    Stack.objects.exclude(name__in=[stack.name for stack in table.stacks]).delete()
    held = {row.name: row for row in Stack.objects.with_contents()}
    for stack in table.stacks:
        _write_stack(held.get(stack.name), stack, is_default=stack.name == table.default_stack)


@transaction.atomic
def write_release(*, stack: str, release: ReleaseEntry) -> None:
    """Adds or replaces one release in the pending state, with its series when that is new there.

    Raises Refusal `stack::unknown`.
    """
    lock_table()
    row = Stack.objects.filter(name=stack).first()
    if row is None:
        raise Refusal("stack::unknown", stack=stack)
    number = release.version.series
    series, _ = Series.objects.get_or_create(
        stack=row, major=number.major, minor=number.minor, defaults={"name": str(number)}
    )
    _write_releases(series, (release,), {item.version: item for item in series.releases.all()})


def _write_stack(row: Stack | None, stack: StackEntry, *, is_default: bool) -> None:
    row = row or Stack(name=stack.name)
    wanted = {
        "base": stack.base,
        "archs": list(stack.archs),
        "status": stack.status.value,
        "is_listed": stack.listed,
        "is_default": is_default,
        "ruleset": stack.ruleset.value,
        "default_series": None if stack.default_series is None else str(stack.default_series),
        "supported_until": stack.supported_until,
        "tools": dict(stack.tools),
    }
    _write(row, wanted)
    held = {(item.major, item.minor): item for item in row.series.all()}
    gone = [item.pk for number, item in held.items() if number not in {entry.series for entry in stack.series}]
    if gone:
        Series.objects.filter(pk__in=gone).delete()
    for entry in stack.series:
        _write_series(held.get(entry.series) or Series(stack=row), entry)


def _write_series(row: Series, series: SeriesEntry) -> None:
    wanted = {
        "name": str(series.series),
        "major": series.series.major,
        "minor": series.series.minor,
        "status": series.status.value,
        "eol_on": series.eol_on,
        "removed_on": series.removed_on,
    }
    _write(row, wanted)
    held = {item.version: item for item in row.releases.all()}
    gone = [
        item.pk for version, item in held.items() if version not in {str(entry.version) for entry in series.releases}
    ]
    if gone:
        Release.objects.filter(pk__in=gone).delete()
    _write_releases(row, series.releases, held)


def _write_releases(series: Series, releases: tuple[ReleaseEntry, ...], held: dict[str, Release]) -> None:
    added = []
    for entry in releases:
        row = held.get(str(entry.version))
        wanted = {
            "version": str(entry.version),
            "major": entry.version.major,
            "minor": entry.version.minor,
            "patch": entry.version.patch,
            "released_on": entry.released_on,
            "status": entry.status.value,
            "reason": entry.reason,
        }
        if row is None:
            added.append((Release(series=series, **wanted), entry.artifacts))
        else:
            _write(row, wanted)
            _write_artifacts(row, entry.artifacts)
    Release.objects.bulk_create([row for row, _ in added])
    Artifact.objects.bulk_create(
        _artifact(row, preference, entry) for row, artifacts in added for preference, entry in enumerate(artifacts)
    )


def _write_artifacts(release: Release, artifacts: tuple[ArtifactEntry, ...]) -> None:
    held = {(row.arch, row.format, row.sha256): row for row in release.artifacts.all()}
    for preference, entry in enumerate(artifacts):
        row = held.pop((entry.arch, entry.format, entry.sha256), None) or _artifact(release, preference, entry)
        _write(row, {"preference": preference, "url": entry.url, "size": entry.size})
    if held:
        Artifact.objects.filter(pk__in=[row.pk for row in held.values()]).delete()


def _artifact(release: Release, preference: int, entry: ArtifactEntry) -> Artifact:
    return Artifact(
        release=release,
        preference=preference,
        arch=entry.arch,
        format=entry.format,
        url=entry.url,
        sha256=entry.sha256,
        size=entry.size,
    )


def _write(row: Stack | Series | Release | Artifact, wanted: Mapping[str, object]) -> None:
    """Saves the row when a field differs, so that the audit shows real changes alone."""
    differing = {name: value for name, value in wanted.items() if getattr(row, name) != value}
    if differing or row.pk is None:
        for name, value in differing.items():
            setattr(row, name, value)
        row.save()
