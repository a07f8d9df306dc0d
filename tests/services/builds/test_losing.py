"""Builders that go silent, and what the tables refuse whatever the services do."""

import pytest
from django.db import IntegrityError, connection, transaction

from builds.domain.statuses import BuildStatus, StepName, StepStatus
from builds.models import Build
from builds.services import (
    Outcome,
    StepReport,
    append_log,
    end_lost_builds,
    extend_lease,
    finish_build,
    report_step,
)
from builds.tasks import reap
from tests.reporting import BUILDER, begun, fence_of, publish_two_stacks, run_out
from versions.domain.refusals import Refusal

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _published_table(db: None) -> None:
    publish_two_stacks()


class TestReaper:
    def test_a_silent_builder_loses_its_build(self) -> None:
        build, other = begun(), begun()
        report = StepReport(StepStatus.RUNNING)
        report_step(build_id=build.id, fence=fence_of(build), name="detect", report=report, caller=BUILDER)
        run_out(build.id)
        assert end_lost_builds() == [build.id]
        row = Build.objects.get(pk=build.id)
        assert (row.status, row.failure_code, row.lease_expires_at) == ("lost", "build::lost", None)
        assert row.steps.get().status == "failed"
        assert Build.objects.get(pk=other.id).status == "running"
        with pytest.raises(Refusal, match="build::over"):
            extend_lease(build_id=build.id, fence=fence_of(build), caller=BUILDER)

    def test_a_heartbeat_in_time_keeps_it(self) -> None:
        build = begun()
        run_out(build.id)
        extend_lease(build_id=build.id, fence=fence_of(build), caller=BUILDER)
        assert end_lost_builds() == []

    def test_queued_builds_have_no_lease(self) -> None:
        begun(is_queued=True)
        assert end_lost_builds() == []

    def test_a_builder_lost_in_postdeploy_leaves_the_success(self) -> None:
        build = begun()
        fence = fence_of(build)
        finish_build(build_id=build.id, fence=fence, outcome=Outcome(BuildStatus.SUCCEEDED), caller=BUILDER)
        report = StepReport(StepStatus.RUNNING)
        report_step(build_id=build.id, fence=fence, name=StepName.POSTDEPLOY, report=report, caller=BUILDER)
        run_out(build.id)
        assert end_lost_builds() == [build.id]
        row = Build.objects.get(pk=build.id)
        assert (row.status, row.failure_code) == ("succeeded", "hooks::postdeploy")
        assert row.steps.get().status == "failed"
        assert end_lost_builds() == []

    def test_the_task_ends_them(self) -> None:
        run_out(begun().id)
        assert (reap(), reap()) == (1, 0)


class TestDatabaseGuards:
    """What the services promise, the tables refuse to break."""

    @pytest.mark.parametrize(
        ("statement", "constraint"),
        [
            ("UPDATE builds_build SET status = 'failed', lease_expires_at = NULL", "build_over_when_finished"),
            ("UPDATE builds_build SET status = 'done'", "build_"),
            ("UPDATE builds_build SET finished_at = clock_timestamp()", "build_over_when_finished"),
            (
                "UPDATE builds_build SET status = 'lost', finished_at = clock_timestamp()",
                "build_leased_while_somebody_writes",
            ),
            (
                "UPDATE builds_build SET status = 'succeeded', started_at = NULL, finished_at = clock_timestamp()",
                "build_succeeds_after_it_started",
            ),
            ("UPDATE builds_build SET status = 'queued'", "build_running_under_a_lease"),
            ("UPDATE builds_build SET fence = NULL", "build_running_under_a_lease"),
            ("UPDATE builds_build SET lease_expires_at = NULL", "build_running_under_a_lease"),
            ("UPDATE builds_build SET started_at = created_at - interval '1 ms'", "build_starts_within_its_life"),
            ("UPDATE builds_build SET failure_code = 'x::y'", "build_failure_fits_status"),
            ("UPDATE builds_build SET cancel_requested_by_name = 'me'", "build_cancelled_by_somebody"),
            ("UPDATE builds_build SET python_version = '3.12.1'", "build_python_in_both_forms"),
            ("UPDATE builds_step SET status = 'done', finished_at = NULL", "step_"),
            (
                "UPDATE builds_step SET status = 'skipped', started_at = NULL, finished_at = clock_timestamp()",
                "step_skipped_with_a_reason",
            ),
            ("UPDATE builds_step SET status = 'failed'", "step_over_when_finished"),
            ("UPDATE builds_step SET skip_reason = 'why'", "step_reason_only_when_skipped"),
            ("UPDATE builds_step SET status = 'pending'", "step_that_never_ran_has_no_outcome"),
            ("UPDATE builds_step SET started_at = NULL", "step_running_since_an_instant"),
            ("UPDATE builds_step SET duration_ms = 1", "step_running_since_an_instant"),
            ("UPDATE builds_step SET log_newlines = 9", "step_counts_fit_its_log"),
            ("UPDATE builds_step SET log_size = 0, log_newlines = 0", "step_counts_fit_its_log"),
            ("UPDATE builds_step SET gap_start = 2, gap_end = 1", "step_gap_within_its_log"),
            ("INSERT INTO builds_step SELECT * FROM builds_step", "builds_step_pkey"),
            ("UPDATE builds_logchunk SET data = 'more than that'", "chunk_holds_its_bytes"),
            ("UPDATE builds_logchunk SET \"end\" = 0, data = ''", "chunk_not_empty"),
        ],
    )
    def test_impossible_rows(self, statement: str, constraint: str) -> None:
        build = begun()
        report = StepReport(StepStatus.RUNNING)
        report_step(build_id=build.id, fence=fence_of(build), name="detect", report=report, caller=BUILDER)
        append_log(build_id=build.id, fence=fence_of(build), step="detect", offset=0, data=b"half", caller=BUILDER)
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
