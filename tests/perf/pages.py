"""Every list and detail page over a large history; the slowest of them counts."""

from builds.models import App, Build, FailureGroup
from tests.perf.history_rows import full_history, lists, milliseconds
from tests.perf.measuring import Figure
from versions.selectors import published_table

BELOW_MILLISECONDS = 50


def measure() -> Figure:
    builds = full_history()
    taken = {address: milliseconds(address) for address in _addresses()}
    slowest = max(taken, key=lambda address: taken[address])
    return Figure(taken[slowest], f"ms at {builds} builds, of {len(taken)} pages {slowest}", below=BELOW_MILLISECONDS)


def _addresses() -> list[str]:
    failed = Build.objects.filter(failure_code="install-dependencies::pip").newest_first()[0]
    succeeded = Build.objects.filter(app_id=failed.app_id).succeeded().newest_first()[0]
    group = FailureGroup.objects.order_by("-recent_apps", "pk")[0]
    busiest = App.objects.order_by("-last_build_number", "pk")[0].name
    revision = published_table()
    stack, release = revision.table.stacks[0].name, failed.python_version
    return [
        "/", *lists().values(), f"/builds/{failed.pk}/", f"/builds/{succeeded.pk}/",
        f"/builds/{failed.pk}/compare/{succeeded.pk}/", f"/builds/{failed.pk}/search/?q=flask",
        f"/builds/{failed.pk}/steps/install_dependencies/", f"/builds/{failed.pk}/replay/", "/builds/retention/",
        "/builds/failures/", f"/builds/failures/{group.pk}/", "/apps/", "/apps/?q=9", "/apps/?series=3.12",
        f"/apps/{busiest}/", f"/apps/{busiest}/hooks/", f"/apps/{failed.app.name}/", "/runtimes/",
        "/runtimes/releases/", f"/runtimes/releases/{release}/", "/stacks/", f"/stacks/{stack}/",
        "/runtimes/pending/", "/runtimes/publish/", "/runtimes/revisions/", f"/runtimes/revisions/{revision.number}/",
        "/runtimes/sandbox/", "/docs/codes/",
    ]  # fmt: skip
