"""What becomes of builds once they are over: groups of failures, hours, retention, limits of logs."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from builds.domain.retention import RetentionPolicy
from builds.domain.statuses import BuildStatus
from builds.models import Build, BuildHour, BuildHourCount, FailureGroup, LogChunk, RetentionRun, Step
from builds.selectors.dashboard import build_summary
from builds.selectors.failure_groups import failure_group
from builds.selectors.hook_ledger import every_hook_run, hook_ledgers
from builds.selectors.log_bytes import log_pieces
from builds.selectors.log_windows import log_end, log_from
from builds.selectors.step_rows import step_row
from builds.services import Outcome, append_log, finish_build, log_limits
from builds.services.grouping import annotate_group, group_failure, group_ungrouped_failures
from builds.services.retaining import prune_builds, retain
from builds.services.rolling_up import count_late_build, refresh_groups, roll_up_hours, unsettle_hour
from builds.services.seeding import seed_builds
from tests.reporting import ANNA, BUILDER, begun, fence_of, publish_two_stacks
from versions.domain.actor import Actor
from versions.domain.refusals import Refusal

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 15, 12, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _published_table(db: None) -> None:
    publish_two_stacks()


def failed(line: bytes, *, app: str = "shop", code: str = "install-dependencies::pip") -> int:
    build = begun(app=app)
    fence = fence_of(build)
    append_log(build_id=build.id, fence=fence, step="install_dependencies", offset=0, data=line, caller=BUILDER)
    outcome = Outcome(BuildStatus.FAILED, failure_code=code, failure_detail="exit status 1")
    finish_build(build_id=build.id, fence=fence, outcome=outcome, caller=BUILDER)
    return build.id


def ended(status: BuildStatus = BuildStatus.SUCCEEDED, *, app: str = "shop", at: datetime = NOW) -> int:
    build = begun(app=app)
    finish_build(build_id=build.id, fence=fence_of(build), outcome=Outcome(status), caller=BUILDER)
    Build.objects.filter(pk=build.id).update(created_at=at, started_at=at, finished_at=at + timedelta(seconds=60))
    return build.id


class TestGroups:
    def test_the_same_failure_of_two_apps_is_one_group(self) -> None:
        failed(b"x\nERROR: No matching distribution found for lib==4.1.0 (/tmp/pip-1f3a/req)\nbye\n")
        failed(b"ERROR: No matching distribution found for lib==4.2.0 (/tmp/pip-99aa/req)\n", app="crm")
        failed(b"ERROR: No matching distribution found for other==4.1.0 (/tmp/pip-1f3a/req)\n", app="docs")
        assert FailureGroup.objects.count() == 2
        group = FailureGroup.objects.order_by("id")[0]
        assert (group.builds.count(), group.revision) == (2, 1)
        refresh_groups()
        group.refresh_from_db()
        assert (group.recent_builds, group.recent_apps) == (2, 2)
        assert group.line == "ERROR: No matching distribution found for lib==<version> (<path>)"

    def test_older_failures_are_grouped_afterwards(self) -> None:
        build_id = failed(b"ERROR: no\n")
        Build.objects.update(failure_group=None)
        FailureGroup.objects.all().delete()
        assert (group_ungrouped_failures(), group_ungrouped_failures()) == (1, 0)
        assert FailureGroup.objects.get().first_build_id == build_id

    def test_hostile_lines(self) -> None:
        failed(b"Error: \x00\xff\xed\xa0\x80 \x1b[31m" + b"9" * 200_000 + b"\n")
        assert len(FailureGroup.objects.get().line) <= 500

    def test_a_note_is_kept_with_its_writer(self) -> None:
        failed(b"ERROR: no\n")
        group = FailureGroup.objects.get()
        annotate_group(group_id=group.pk, note=" index is down\0 ", expected="", actor=ANNA)
        group.refresh_from_db()
        assert (group.note, group.noted_by_name) == ("index is down\\x00", "anna")
        with pytest.raises(Refusal, match="failure-group::unknown"):
            annotate_group(group_id=group.pk + 1, note="x", expected="", actor=ANNA)

    def test_nobody_overwrites_a_note_unseen(self) -> None:
        failed(b"ERROR: no\n")
        group_id = FailureGroup.objects.get().pk
        annotate_group(group_id=group_id, note="one\r\ntwo", expected="", actor=ANNA)
        with pytest.raises(Refusal, match="failure-group::changed-meanwhile"):
            annotate_group(group_id=group_id, note="three", expected="", actor=ANNA)
        annotate_group(group_id=group_id, note="one\ntwo", expected="", actor=Actor("bob"))
        annotate_group(group_id=group_id, note="", expected="one\r\ntwo", actor=Actor("bob"))
        notes = [(past.note, past.by) for past in failure_group(group_id=group_id).notes]
        assert notes == [("", "bob"), ("one\ntwo", "anna")]

    def test_a_report_of_the_past_is_seen_first(self) -> None:
        later, earlier = failed(b"ERROR: no\n"), failed(b"ERROR: no\n")
        before = FailureGroup.objects.get().first_seen_at - timedelta(days=3)
        assert FailureGroup.objects.get().first_build_id == later
        group_failure(build_id=earlier, code="install-dependencies::pip", detail="", now=before)
        group = FailureGroup.objects.get()
        assert (group.first_build_id, group.first_seen_at, group.revision) == (earlier, before, None)


class TestHours:
    def test_counted_hours_and_fresh_builds_add_up(self) -> None:
        ended(at=NOW - timedelta(hours=5))
        ended(BuildStatus.FAILED, at=NOW - timedelta(hours=5), app="crm")
        assert roll_up_hours(now=NOW) > 0
        ended(at=NOW - timedelta(minutes=1))
        summary = build_summary(now=NOW)
        assert summary.now.builds == 3
        assert summary.now.failure_percent == pytest.approx(100 / 3)
        assert summary.now.median_seconds == pytest.approx(60, rel=0.06)
        assert summary.by_day[-1].succeeded == 2
        assert roll_up_hours(now=NOW) == 0

    def test_what_is_told_late_is_counted_again(self) -> None:
        ended(at=NOW - timedelta(hours=5))
        roll_up_hours(now=NOW)
        ended(at=NOW - timedelta(hours=5, minutes=2))
        assert build_summary(now=NOW).now.builds == 1
        unsettle_hour(at=NOW - timedelta(hours=5, minutes=2))
        roll_up_hours(now=NOW)
        assert build_summary(now=NOW).now.builds == 2

    def test_an_hour_with_a_running_build_is_not_settled(self) -> None:
        Build.objects.filter(pk=begun().id).update(created_at=NOW - timedelta(hours=3))
        roll_up_hours(now=NOW)
        assert not BuildHour.objects.get().is_settled
        assert BuildHourCount.objects.get().status == "running"

    def test_what_is_told_late_of_a_pruned_hour_is_added(self) -> None:
        at = NOW - timedelta(hours=5)
        for _number in range(3):
            ended(BuildStatus.FAILED, at=at)
        roll_up_hours(now=NOW)
        ended(BuildStatus.FAILED, at=at)
        unsettle_hour(at=at)  # nobody has counted the fourth when the first three go
        prune_builds(policy=RetentionPolicy(builds_an_app=1), is_dry_run=False, now=NOW)
        for status in (BuildStatus.FAILED, BuildStatus.SUCCEEDED):
            count_late_build(build=Build.objects.get(pk=ended(status, at=at)))
        roll_up_hours(now=NOW)
        summary = build_summary(now=NOW)
        assert (Build.objects.count(), summary.now.builds, summary.by_day[-1].failed) == (3, 6, 5)
        assert sum(BuildHour.objects.get().durations.values()) == 6

    def test_nothing_to_count(self) -> None:
        assert roll_up_hours(now=NOW) == 0


class TestRetention:
    def test_age_keeps_the_last_success_and_what_is_not_over(self) -> None:
        old = NOW - timedelta(days=100)
        gone, kept = ended(at=old), ended(at=old + timedelta(hours=1))
        later_failure = ended(BuildStatus.FAILED, at=old + timedelta(hours=2))
        running = begun().id
        run = prune_builds(policy=RetentionPolicy(days=30), is_dry_run=False, now=NOW)
        assert set(Build.objects.values_list("pk", flat=True)) == {kept, running}
        assert (run.builds_by_age, run.builds) == (2, 2)
        assert not Build.objects.filter(pk__in=[gone, later_failure]).exists()

    def test_number_for_each_app(self) -> None:
        builds = [ended(BuildStatus.FAILED, at=NOW + timedelta(minutes=number)) for number in range(5)]
        ended(BuildStatus.FAILED, app="crm")
        run = prune_builds(policy=RetentionPolicy(builds_an_app=2), is_dry_run=False, now=NOW)
        assert run.builds_by_number == 3
        assert set(Build.objects.filter(app__name="shop").values_list("pk", flat=True)) == set(builds[3:])

    def test_size_lets_the_oldest_go(self) -> None:
        builds = [failed(b"ERROR: " + b"x" * 992 + b"\n") for _number in range(4)]
        run = prune_builds(policy=RetentionPolicy(log_bytes=2000), is_dry_run=False, now=timezone.now())
        assert (run.builds_by_size, run.log_bytes) == (2, 2000)
        assert set(Build.objects.values_list("pk", flat=True)) == set(builds[2:])
        assert Step.objects.count() == LogChunk.objects.count() == 2

    def test_a_new_policy_is_tried_out_first(self) -> None:
        for number in range(4):
            ended(BuildStatus.FAILED, at=NOW - timedelta(days=100, hours=number))
        policy = RetentionPolicy(days=30, builds_an_app=1)
        first, second = retain(policy=policy, now=NOW), retain(policy=policy, now=NOW)
        assert first is not None
        assert second is not None
        assert (first.is_dry_run, first.builds, second.is_dry_run, second.builds) == (True, 4, False, 4)
        assert not Build.objects.exists()
        assert retain(policy=RetentionPolicy(), now=NOW) is None
        assert RetentionRun.objects.count() == 2


class TestLogLimits:
    def test_head_and_tail_stay_and_the_gap_is_marked(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(log_limits, "MAX_STEP_BYTES", 3000)
        monkeypatch.setattr(log_limits, "TAIL_BYTES", 1000)
        build = begun()
        lines = b"".join(b"line %04d\n" % number for number in range(1000))
        for start in range(0, len(lines), 100):
            part = lines[start : start + 100]
            append_log(build_id=build.id, fence=fence_of(build), step="detect", offset=start, data=part, caller=BUILDER)
        step = step_row(build_id=build.id, name="detect")
        assert step is not None
        assert (step.log_size, step.line_count) == (10_000, 1000)
        shown = b"".join(log_pieces(step_id=step.id))
        head, _mark, tail = shown.partition(b"\n[7000 bytes of output left out here]\n")
        assert lines.startswith(head)
        assert lines.endswith(tail)
        assert len(head) + len(tail) == 3000
        assert log_end(step).lines[-1].number == 1000
        assert log_from(step, number=500).lines[0].number == 901
        replay = append_log(
            build_id=build.id, fence=fence_of(build), step="detect", offset=4000, data=lines[4000:4100], caller=BUILDER
        )
        assert replay.is_replay

    def test_a_build_has_a_limit_of_its_own(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(log_limits, "MAX_BUILD_BYTES", 5000)
        monkeypatch.setattr(log_limits, "_HEAD_WHEN_FULL", 500)
        monkeypatch.setattr(log_limits, "TAIL_BYTES", 500)
        build = begun()
        for step in ("detect", "resolve"):
            for start in range(0, 4000, 100):
                append_log(
                    build_id=build.id, fence=fence_of(build), step=step, offset=start, data=b"x" * 100, caller=BUILDER
                )
        kept = sum(chunk.end - chunk.offset for chunk in LogChunk.objects.filter(step__name="resolve"))
        assert kept <= 1600


class TestMasking:
    @pytest.mark.parametrize("cut", range(1, 45))
    def test_credentials_are_masked_wherever_they_are_cut(self, cut: int) -> None:
        secret = b"Looking in https://bob:hunter22@pypi.example/simple\n"
        build = begun()
        for start, end in ((0, cut), (cut, len(secret))):
            part = secret[start:end]
            for _twice in range(2):
                append_log(
                    build_id=build.id, fence=fence_of(build), step="detect", offset=start, data=part, caller=BUILDER
                )
        step = Step.objects.get()
        stored = b"".join(log_pieces(step_id=step.pk))
        assert stored == secret.replace(b"bob:hunter22", b"*" * 12)
        assert step.is_log_masked


class TestHooks:
    def test_ledger(self) -> None:
        for code, seconds in ((0, 10), (0, 20), (3, 450)):
            build = begun()
            status = "failed" if code else "succeeded"
            Step.objects.create(
                build_id=build.id, name="pre_compile", status=status, exit_code=code, finished_at=timezone.now(),
                duration_ms=seconds * 1000,
            )  # fmt: skip
        skipped = Step(build_id=begun().id, name="pre_compile", status="skipped", skip_reason="not present")
        skipped.finished_at = timezone.now()
        skipped.save()
        ledger = hook_ledgers(app_name="shop")[0]
        assert (len(ledger.runs), ledger.ran, ledger.failures) == (4, 3, 1)
        assert (ledger.median_seconds, ledger.p95_seconds, ledger.limit_percent) == (20, 450, 50)
        assert ledger.runs[0].skip_reason == "not present"
        assert len(list(every_hook_run(app_name="shop"))) == 4
        Build.objects.update(trigger="report")
        assert hook_ledgers(app_name="shop")[0].limit_percent is None

    def test_ledger_of_hooks_that_never_ran(self) -> None:
        nobody = hook_ledgers(app_name="nobody")
        skipped = Step(build_id=begun().id, name="postdeploy", status="skipped", skip_reason="not present")
        skipped.finished_at = timezone.now()
        skipped.save()
        _before, _after, ledger = hook_ledgers(app_name="shop")
        assert (nobody, len(ledger.runs), ledger.ran, ledger.failure_percent) == ([], 1, 0, None)
        assert (ledger.p95_seconds, ledger.limit_percent, ledger.runs[0].limit_percent) == (None, None, None)

    def test_every_run_beyond_one_batch(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("builds.selectors.hook_ledger.BUILDS_AT_ONCE", 2)
        numbers = []
        for _number in range(4):
            build = begun()
            Step.objects.create(build_id=build.id, name="pre_compile", status="succeeded", finished_at=timezone.now())
            numbers.append(build.number)
        assert [run.build_number for run in every_hook_run(app_name="shop")] == numbers[::-1]


def test_seeding_makes_what_the_tables_allow() -> None:
    seeded = seed_builds(count=400, now=NOW)
    assert (seeded.builds, Build.objects.count()) == (400, 400)
    assert {"succeeded", "failed"} <= set(Build.objects.values_list("status", flat=True))
    assert Build.objects.filter(failure_code__gt="", failure_group=None).count() == 0
    build = Build.objects.filter(status="failed", failure_code="install-dependencies::pip").first()
    assert build is not None
    assert build.steps.count() == 6
