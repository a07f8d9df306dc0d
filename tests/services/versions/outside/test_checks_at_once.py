"""Several workers with the same message: one of them asks the server."""

import pytest
from pytest_django.fixtures import Settings

from tests.services.builds.test_builds_at_once import at_once
from tests.services.versions.outside.watching import publish, watched
from tests.unit.builder.stand_in import Answer, always, stand_in
from versions.models import OutsideDifference, OutsideRun
from versions.services.drift import check_copy


@pytest.mark.django_db(transaction=True)
def test_a_message_that_comes_four_times_checks_once(transactional_db: None, settings: Settings) -> None:
    publish("3.11.9", "3.12.3")
    with stand_in(always(Answer(body=b'["3.11.9"]'))) as server:
        settings.FETCH_HOSTS = [server.url]
        copy_id = watched(f"{server.url}/copy")
        results = at_once(*[lambda: check_copy(copy_id=copy_id)] * 4)
        assert sorted(map(str, results)) == ["False", "False", "False", "True"]
        assert len(server.requests) == 1
    assert OutsideRun.objects.get().differences == 1
    assert OutsideDifference.objects.count() == 1
