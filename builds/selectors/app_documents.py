"""Apps as the JSON documents of the API, and as the cells of a CSV list."""

from builds.domain.hold import hold_document
from builds.selectors.app_rows import AppFilter, AppRow, app_row, app_rows
from builds.selectors.build_documents import instant
from builds.selectors.build_rows import BuildRow


def app_document(*, name: str, stacks: tuple[str, ...], public_url: str) -> dict[str, object]:
    """One app. Raises Refusal `app::unknown`."""
    return _document(app_row(name=name, stacks=stacks), public_url)


def app_documents(wanted: AppFilter, *, after: str, public_url: str) -> tuple[list[dict[str, object]], str | None]:
    """A page of the apps that pass, by name, and the name after which the next one starts."""
    page = app_rows(wanted, after=after)
    return [_document(row, public_url) for row in page.rows], page.next_name


def app_cells(app: AppRow) -> tuple[str, ...]:
    """An app in the order of a list's columns: the registry's, then those that follow from its latest build."""
    latest = app.latest
    following = (latest.python_version, latest.stack, latest.created_at.isoformat()) if latest else ("", "", "")
    return (app.name, app.owner, app.contact, app.url, "true" if app.is_active else "false", *following)


def _document(app: AppRow, public_url: str) -> dict[str, object]:
    return {
        "name": app.name,
        "owner": app.owner,
        "contact": app.contact,
        "url": app.url,
        "active": app.is_active,
        "builds": app.build_count,
        "hold": hold_document(app.hold),
        "latest_build": _latest(app.latest, public_url) if app.latest else None,
    }


def _latest(build: BuildRow, public_url: str) -> dict[str, object]:
    return {
        "id": build.id,
        "number": build.number,
        "status": build.status.value,
        "stack": build.stack,
        "python": build.python_version or None,
        "request": {"version": build.request_version, "origin": build.request_origin}
        if build.request_version
        else None,
        "package_manager": build.package_manager or None,
        "created_at": instant(build.created_at),
        "finished_at": instant(build.finished_at),
        "url": f"{public_url}/builds/{build.id}/",
    }
