"""Who is behind a page's request, as services want to know it."""

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest

from builds.domain.caller import Caller


def user_id_of(request: HttpRequest) -> int:
    """The signed-in person's id; pages that write are behind a permission, so there is one."""
    assert not isinstance(request.user, AnonymousUser)
    return request.user.pk


def caller_of(request: HttpRequest) -> Caller:
    """The signed-in person, who may act on every stack."""
    assert not isinstance(request.user, AnonymousUser)
    return Caller(request.user.actor, f"user:{request.user.pk}")
