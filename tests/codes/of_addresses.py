"""Codes of fetching what staff name by its address, and of reading copies of the table that others keep."""

from collections.abc import Callable
from datetime import timedelta
from threading import Event

from django.utils import timezone

from tests.codes.provoking import Answered, World, provokes, refused, shown
from tests.pages.published import leave_pending, publish_waiting
from tests.services.versions.outside.watching import watched
from tests.tables import small_table
from tests.unit.builder.stand_in import Answer, Request, always, stand_in
from versions.addresses.fetching import FetchLimits, fetch
from versions.addresses.origins import AllowedOrigins
from versions.domain.document import table_document
from versions.domain.outside import OutsideForm
from versions.formats.outside import read_outside
from versions.models import OutsideRun
from versions.selectors.drift import drift_report
from versions.services.drift import check_copy
from versions.services.outside_texts import outside_text

NOBODY = AllowedOrigins.of([])


def fetched(answer: Callable[[Request], Answer], limits: FetchLimits) -> Answered:
    """Fetches from a server of this machine that the settings vouch for."""
    with stand_in(answer) as server:
        allowed = AllowedOrigins.of([server.url])
        return refused(lambda: fetch(f"{server.url}/a", allowed, limits, lambda _data: None))


@provokes("address::not-allowed")
def address_of_a_private_network(world: World) -> Answered:
    return refused(lambda: fetch("https://10.0.0.1/a", NOBODY, FetchLimits(9), lambda _data: None))


@provokes("address::unreachable")
def address_where_nobody_listens(world: World) -> Answered:
    allowed = AllowedOrigins.of(["http://127.0.0.1:9"])
    return refused(lambda: fetch("http://127.0.0.1:9/a", allowed, FetchLimits(9), lambda _data: None))


@provokes("address::too-large")
def address_with_more_than_is_taken(world: World) -> Answered:
    return fetched(always(Answer(body=b"0123456789")), FetchLimits(9))


@provokes("address::too-slow")
def address_that_lets_us_wait(world: World) -> Answered:
    is_over = Event()

    def wait(_request: Request) -> Answer:
        is_over.wait(1)
        return Answer()

    return fetched(wait, FetchLimits(9, seconds=0.2, idle_seconds=0.1))


@provokes("outside::not-understood")
def copy_in_no_known_form(world: World) -> Answered:
    return refused(lambda: read_outside("a sentence", bases={}))


@provokes("outside::other-form")
def copy_of_another_kind(world: World) -> Answered:
    world.publish(table_document(small_table("3.12.3")))
    return refused(lambda: drift_report('["3.12.3"]', form=OutsideForm.DOCUMENTATION))


@provokes("outside::file-unreadable")
def copy_whose_file_is_not_there(world: World) -> Answered:
    return refused(lambda: outside_text(location="nowhere.json"))


@provokes("outside::unknown")
def copy_that_nobody_watches(world: World) -> Answered:
    return shown(world.staff.get("/runtimes/outside/4711/"))


@provokes("outside::interrupted")
def check_whose_process_died(world: World) -> Answered:
    """The page of the copy says it of the check."""
    copy_id = watched("nowhere.json", stack="")
    before = timezone.now() - timedelta(hours=2)
    OutsideRun.objects.create(copy_id=copy_id, requested_at=before, started_at=before)
    check_copy(copy_id=copy_id)
    page = world.staff.get(f"/runtimes/outside/{copy_id}/")
    problem = page.context["runs"][1].problem
    return Answered(problem.code, None, (problem.title, problem.text, problem.advice))


@provokes("publish::not-verified")
def publication_of_a_release_without_an_archive(world: World) -> Answered:
    world.publish(table_document(small_table("3.12.3")))
    leave_pending("3.12.4", "stack-22", is_verified=False)
    return refused(lambda: publish_waiting("x"))
