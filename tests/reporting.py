"""A builder as tests need one: reports builds through the API, or calls the services under it."""

import json
from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.test import Client

from builds.domain.caller import Caller
from builds.services import BuildOrder, CreatedBuild, create_build
from portal.services import issue_token
from tests.tables import small_table
from versions.domain.actor import Actor
from versions.domain.document import table_document
from versions.domain.table import Table
from versions.services.pending import import_table
from versions.services.publishing import publish_pending

ANNA = Actor("anna")
BUILDER = Caller(Actor("token builder"), "token:1")
STACK = "stack-22"
OTHER_STACK = "stack-20"
ALL_SCOPES = ("table:read", "history:read", "logs:read", "builds:write")
RELEASES = ("3.11.9", "3.12.2", "3.12.3")


def publish_two_stacks() -> None:
    """A published table of two stacks with the same releases."""
    newer = small_table(*RELEASES, stack=STACK)
    older = small_table(*RELEASES, stack=OTHER_STACK, base="ubuntu-20.04")
    import_table(document=table_document(Table(STACK, newer.stacks + older.stacks)))
    publish_pending(message="first", actor=ANNA)


def order(*, app: str = "shop", stack: str = STACK, is_queued: bool = False) -> BuildOrder:
    return BuildOrder(
        app=app, stack=stack, arch="amd64", source={"kind": "git"}, builder={}, trigger="push", is_queued=is_queued
    )


def begun(*, app: str = "shop", is_queued: bool = False) -> CreatedBuild:
    """A new build of the builder's."""
    return create_build(order=order(app=app, is_queued=is_queued), caller=BUILDER)


def fence_of(build: CreatedBuild) -> int:
    assert build.fence is not None
    return build.fence


def run_out(build_id: int) -> None:
    """Moves the end of a lease into the past, which is what waiting does."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE builds_build SET lease_expires_at = now() - interval '1 second' WHERE id = %s", [build_id]
        )


class ApiBuilder:
    """Speaks the API with one token. `build` remembers id and fence for the calls after it."""

    def __init__(
        self, *, name: str = "builder", scopes: Sequence[str] = ALL_SCOPES, stacks: Sequence[str] = ()
    ) -> None:
        _token, self.secret = issue_token(name=name, scopes=scopes, stacks=stacks, actor=ANNA)
        self.client = Client(headers={"Authorization": f"Bearer {self.secret}"})
        self.id = 0
        self.fence = 0

    def build(self, **fields: Any) -> Any:
        reply = self.post("/builds", {"app": "shop", "stack": STACK, **fields})
        assert reply.status_code == 201, reply.content
        body = reply.json()
        self.id, self.fence = body["id"], body["fence"] or 0
        return body

    def get(self, path: str) -> Any:
        return self.client.get(f"/api/v1{path}")

    def post(self, path: str, body: object = None, **headers: str) -> Any:
        return self.client.post(
            f"/api/v1{path}", json.dumps(body or {}), content_type="application/json", headers=self._fenced(headers)
        )

    def put(self, path: str, body: object, **headers: str) -> Any:
        return self.client.put(
            f"/api/v1{path}", json.dumps(body), content_type="application/json", headers=self._fenced(headers)
        )

    def step(self, name: str, status: str, **fields: Any) -> Any:
        return self.put(f"/builds/{self.id}/steps/{name}", {"status": status, **fields})

    def append(self, step: str, offset: int, data: bytes, **headers: str) -> Any:
        return self.client.patch(
            f"/api/v1/builds/{self.id}/steps/{step}/log",
            data,
            content_type="application/octet-stream",
            headers=self._fenced({"Upload-Offset": str(offset), **headers}),
        )

    def finish(self, status: str, **fields: Any) -> Any:
        return self.post(f"/builds/{self.id}/finish", {"status": status, **fields})

    def read(self) -> Any:
        return self.get(f"/builds/{self.id}").json()

    def _fenced(self, headers: dict[str, str]) -> dict[str, str]:
        own = {"Build-Fence": str(self.fence)} if self.fence else {}
        return {name: value for name, value in {**own, **headers}.items() if value}
