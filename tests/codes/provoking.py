"""How a code is provoked and what was then said. `provokes` puts a provocation into the one list of them.

A provocation does to the product what brings the code about: a request, a page, a command, a builder's run, a call of a
service. It hands back what the product answered; nothing in it names the texts that it will find.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from django.test import Client

from builds.builder.failures import BuildFailure
from portal.access.roles import Role
from portal.access.scopes import Scope
from portal.messages import explain
from portal.problems import status_of
from portal.services import create_staff_user
from tests.reporting import ANNA, ApiBuilder
from versions.domain.refusals import Refusal
from versions.services.pending import import_table
from versions.services.publishing import publish_pending

PASSWORD = "a quiet afternoon in the library"


class Answered(NamedTuple):
    """What the product said: the code, its HTTP status where it is a refusal, and every sentence about it."""

    code: str
    status: int | None
    texts: tuple[str, ...]


@dataclass(frozen=True)
class World:
    """What provocations start from; everything is made when it is first asked for."""

    request: pytest.FixtureRequest
    folder: Path

    def fixture(self, name: str) -> Any:
        return self.request.getfixturevalue(name)

    def publish(self, document: Mapping[str, object], message: str = "for the test") -> None:
        import_table(document=document)
        publish_pending(message=message, actor=ANNA)

    @cached_property
    def builder(self) -> ApiBuilder:
        """A builder whose stack is published."""
        self.publish(TABLE)
        return ApiBuilder(scopes=Scope.values)

    @cached_property
    def staff(self) -> Client:
        """An admin in a browser."""
        client = Client(raise_request_exception=False)
        client.force_login(create_staff_user(username="ada", password=PASSWORD, role=Role.ADMIN))
        return client


Provocation = Callable[[World], Answered]
PROVOCATIONS: dict[str, Provocation] = {}


def provokes(code: str) -> Callable[[Provocation], Provocation]:
    """Enters the function as the provocation of `code`. Raises ValueError when it has one already."""

    def entered(provocation: Provocation) -> Provocation:
        if code in PROVOCATIONS:
            raise ValueError(f"{code} is provoked twice")
        PROVOCATIONS[code] = provocation
        return provocation

    return entered


def replied(response: Any) -> Answered:
    """A problem document of the API."""
    document = response.json()
    assert response.headers["Content-Type"] == "application/problem+json"
    return Answered(document["code"], response.status_code, (document["title"], document["detail"], document["advice"]))


def shown(response: Any) -> Answered:
    """A page that turns somebody down; it names the code in the first element for code."""
    page = response.content.decode()
    code = page.partition("<code>")[2].partition("</code>")[0]
    main = page.partition("<main")[2].partition("</main>")[0]
    return Answered(code, response.status_code, (main,))


def refused(call: Callable[[], object]) -> Answered:
    """A service or domain call that refuses, as any face of the product would tell it."""
    with pytest.raises(Refusal) as told:
        call()
    explanation = explain(told.value.code, told.value.facts)
    texts = (explanation.title, explanation.text, explanation.advice, explanation.staff_text)
    return Answered(told.value.code, status_of(told.value), texts)


def failed(call: Callable[[], object]) -> Answered:
    """A part of the builder that fails the build, as the builder and the build's page tell it."""
    with pytest.raises(BuildFailure) as told:
        call()
    explanation = explain(told.value.code, {"detail": told.value.detail})
    texts = (explanation.title, explanation.text, explanation.advice, explanation.staff_text)
    return Answered(told.value.code, None, texts)


def told_of(outcome: Mapping[str, Any] | None) -> Answered:
    """The failure or the warning of a document of the API."""
    assert outcome is not None, "nothing failed"
    return Answered(outcome["code"], None, (outcome["title"], outcome["message"]))


def release(version: str, status: str = "available", reason: str | None = None) -> dict[str, object]:
    return {"version": version, "status": status, "reason": reason}


# Every status that a stack, a series and a release can have.
TABLE: dict[str, Any] = {
    "schema": 1,
    "default_stack": "stack-22",
    "stacks": [
        {
            "name": "stack-24", "base": "ubuntu-24.04", "ruleset": "current", "default_series": None, "series": [
                {"series": "3.9", "releases": [release("3.9.19")]},
            ],
        },
        {
            "name": "stack-22", "base": "ubuntu-22.04", "ruleset": "current", "default_series": "3.12", "series": [
                {"series": "3.12", "releases": [
                    release("3.12.1"), release("3.12.2", "yanked", "broken ssl module"), release("3.12.3"),
                    release("3.12.4", "withdrawn", "must never run"),
                ]},
                {"series": "3.11", "status": "deprecated", "eol_on": "2027-10-31", "removed_on": "2027-12-01",
                 "releases": [release("3.11.9")]},
                {"series": "3.10", "releases": [release("3.10.1", "yanked", "lost files")]},
                {"series": "3.9", "status": "removed", "releases": [release("3.9.19")]},
                {"series": "3.8", "releases": [release("3.8.19")]},
            ],
        },
        {
            "name": "stack-20", "base": "ubuntu-20.04", "ruleset": "documented", "default_series": "3.12", "series": [
                {"series": "3.12", "releases": [release("3.12.2", "yanked", "broken ssl module"), release("3.12.3")]},
            ],
        },
        {
            "name": "stack-18", "base": "ubuntu-18.04", "status": "discontinued", "supported_until": "2023-05-31",
            "default_series": "3.9", "series": [{"series": "3.9", "releases": [release("3.9.19")]}],
        },
    ],
}  # fmt: skip
