"""Every list and detail page over a large history; the slowest of them counts."""

import statistics

from builds.models import App, Build, FailureGroup
from builds.querysets import Place
from builds.selectors.cursors import cursor_of
from tests.perf.history_rows import full_history, lists, milliseconds
from tests.perf.measuring import Figure
from tests.perf.rare_rows import LOG_STEP, advisory_on, build_with_long_log, hold_app_at, reader_headers
from versions.selectors import published_table

BELOW_MILLISECONDS = 50


def measure() -> Figure:
    builds = full_history()
    headers = reader_headers()
    taken = {address: milliseconds(address) for address in _addresses()}
    taken |= {address: milliseconds(address, headers) for address in _api_addresses()}
    slowest = max(taken, key=lambda address: taken[address])
    middle = statistics.median(taken.values())
    over = sum(figure >= BELOW_MILLISECONDS for figure in taken.values())
    unit = (
        f"ms at {builds} builds for {slowest}, the slowest of {len(taken)} pages; median {middle:.1f}, too slow: {over}"
    )
    return Figure(taken[slowest], unit, below=BELOW_MILLISECONDS)


def _addresses() -> list[str]:
    failed = _failed()
    succeeded = Build.objects.filter(app_id=failed.app_id).succeeded().newest_first()[0]
    group = FailureGroup.objects.order_by("-recent_apps", "pk")[0]
    busiest = App.objects.order_by("-last_build_number", "pk")[0].name
    revision = published_table()
    stack, release = revision.table.stacks[0].name, failed.python_version
    hold_app_at(failed.app.name, release)
    advisory, printed = advisory_on(release), build_with_long_log()
    return [
        "/", *lists().values(), f"/builds/{failed.pk}/", f"/builds/{succeeded.pk}/",
        f"/builds/{failed.pk}/compare/{succeeded.pk}/", f"/builds/{failed.pk}/search/?q=flask",
        f"/builds/{failed.pk}/steps/install_dependencies/", f"/builds/{failed.pk}/replay/", "/builds/retention/",
        f"/builds/{printed}/", f"/builds/{printed}/tail/?after=1000000", f"/builds/{printed}/steps/{LOG_STEP}/",
        f"/builds/{printed}/steps/{LOG_STEP}/?line=700000",
        "/builds/failures/", f"/builds/failures/{group.pk}/", "/apps/", "/apps/?q=9", "/apps/?series=3.12",
        f"/apps/{busiest}/", f"/apps/{busiest}/hooks/", f"/apps/{failed.app.name}/", f"/apps/{failed.app.name}/hold/",
        "/apps/?state=held", "/runtimes/", "/runtimes/releases/", f"/runtimes/releases/{release}/", "/stacks/",
        f"/stacks/{stack}/", "/runtimes/pending/", "/runtimes/publish/", "/runtimes/revisions/",
        f"/runtimes/revisions/{revision.number}/", f"/runtimes/revisions/{revision.number}/watch/",
        "/runtimes/advisories/", f"/runtimes/advisories/{advisory}/", "/runtimes/outside/", "/runtimes/sandbox/",
        "/docs/codes/", "/admin/builds/build/",
    ]  # fmt: skip


def _api_addresses() -> list[str]:
    """What programs read: the list takes the same filters as the page, and ends in the same queries."""
    failed = _failed()
    queries = (
        "", "status=failed", "status=lost", f"stack={failed.stack}", f"python={failed.python_version}",
        "failure=install-dependencies::pip", f"app={failed.app.name}", f"until={failed.created_at:%Y-%m-%dT%H:%M:%SZ}",
        f"stack={failed.stack}&status=failed&cursor={cursor_of(Place(failed.created_at, failed.pk))}",
    )  # fmt: skip
    return [
        *(f"/api/v1/builds?{query}" for query in queries), f"/api/v1/builds/{failed.pk}", "/api/v1/apps",
        f"/api/v1/apps/{failed.app.name}",
    ]  # fmt: skip


def _failed() -> Build:
    return Build.objects.filter(failure_code="install-dependencies::pip").newest_first()[0]
