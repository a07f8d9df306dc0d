"""What became of builds after a publication, for whoever watches it from a pipeline."""

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from builds.selectors.watch import RevisionWatch, Side, revision_watch


class RevisionWatchView(APIView):
    required_scope = "history:read"

    @extend_schema(operation_id="revision_watch", responses={200: dict})
    def get(self, request: Request, number: int) -> Response:
        """Builds on a revision against those before it; figures change while `is_open`."""
        return Response(_document(revision_watch(number, now=timezone.now())), headers={"Cache-Control": "no-store"})


def _document(watch: RevisionWatch) -> dict[str, object]:
    return {
        "revision": watch.number,
        "since": watch.since,
        "until": watch.until,
        "is_open": watch.is_open,
        "now": _side(watch.on_it),
        "before": _side(watch.before),
        "failures": [
            {
                "code": line.code,
                "blame": line.blame.value,
                "builds": line.builds,
                "before": line.before,
                "is_new": line.is_new,
            }
            for line in watch.codes
        ],
        "apps": {"foretold": watch.foretold.moves, "moved": watch.moved},
        "builders": {"active": len(watch.builders), "have_it": watch.builders_seen},
    }


def _side(side: Side) -> dict[str, object]:
    """`failure_percent` is null while no build is over; figures are of the newest builds when `is_capped`."""
    return {
        "hours": round(side.hours, 2),
        "builds": side.builds,
        "is_capped": side.is_capped,
        "failed": side.failed,
        "failure_percent": None if side.failure_percent is None else round(side.failure_percent, 2),
        "blame": {"app": side.blame_app, "platform": side.blame_platform, "other": side.blame_other},
    }
