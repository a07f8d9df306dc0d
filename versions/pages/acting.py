"""Who is behind a page's request, as services want to know it."""

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest

from versions.domain.actor import Actor


def actor_of(request: HttpRequest) -> Actor:
    """The signed-in person; pages that write are behind a permission, so there is one."""
    assert not isinstance(request.user, AnonymousUser)
    return request.user.actor
