"""The portal as a builder sees it: one method for each request of the contract."""

import random
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote, urlsplit

import httpx

from builds.builder import NAME, VERSION

_CONNECT_SECONDS = 10
_ANSWER_SECONDS = 60
_FIRST_PAUSE_SECONDS = 0.5
_LONGEST_PAUSE_SECONDS = 15.0
# A portal that is being restarted or moved is back within this time; a build outlasts that.
PATIENCE_SECONDS = 600.0
_IMPATIENCE_SECONDS = 3.0
_CLAIM_PATIENCE_SECONDS = 20.0  # then the message goes back, and whoever wants to stop the builder is listened to


class PortalAway(Exception):
    """The portal could not be reached, or answered with an error of its own, for as long as we were patient."""


class PortalRefusal(Exception):
    """The portal turned a request down: its problem document's `code`, `detail` and the HTTP status."""

    def __init__(self, response: httpx.Response) -> None:
        problem = _problem(response)
        self.status = response.status_code
        self.code = str(problem.get("code") or "")
        self.title = str(problem.get("title") or response.reason_phrase)
        self.detail = str(problem.get("detail") or "")
        super().__init__(f"{self.status} {self.code} {self.detail or self.title}")


@dataclass(frozen=True, slots=True)
class Hold:
    """A running build that is ours. Every write carries the fence. The release is that of the app's last build."""

    id: int
    number: int
    fence: int
    lease_seconds: float
    url: str
    previous_release: str | None = None


@dataclass(frozen=True, slots=True)
class Pulse:
    """The answer to a heartbeat."""

    lease_seconds: float
    is_cancel_requested: bool


@dataclass(frozen=True, slots=True)
class Claimed:
    """A build that was taken from the queue. `source` has kind, ref, url and sha256, as far as they were named."""

    hold: Hold
    app: str
    stack: str
    arch: str
    source: Mapping[str, str]


class Portal:
    """Speaks for one token. Requests are repeated while the portal is away; all of them are safe to repeat."""

    def __init__(self, url: str, token: str) -> None:
        self.url = url.rstrip("/")
        self.token = token
        self._closing = threading.Event()
        self._hurried = threading.Event()
        self._client = httpx.Client(
            base_url=self.url,
            headers={"Authorization": f"Bearer {token}", "User-Agent": f"{NAME.replace(' ', '-')}/{VERSION}"},
            timeout=httpx.Timeout(_ANSWER_SECONDS, connect=_CONNECT_SECONDS),
            trust_env=False,  # no .netrc and no proxy between a builder and its portal that nobody asked for
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._closing.set()
        self._hurried.set()
        self._client.close()

    def hurry(self) -> None:
        """From now on a portal that is away is not waited for, because whoever runs the builder wants to go."""
        self._hurried.set()

    def create_build(
        self, order: Mapping[str, object], idempotency_key: str, *, patience: float = _IMPATIENCE_SECONDS
    ) -> Hold:
        """The new build. By default it is soon told that the portal is away, since somebody waits for that."""
        answer = self._call(
            "POST",
            "/api/v1/builds",
            json=order,
            headers={"Idempotency-Key": idempotency_key},
            patience=patience,
        ).json()
        return _hold(answer)

    def claim_build(self, build_id: int, idempotency_key: str) -> Claimed:
        """Takes a queued build. Raises PortalRefusal when another builder has it, or when it is over."""
        answer = self._call(
            "POST",
            f"/api/v1/builds/{build_id}/claim",
            json={"builder": {"name": NAME, "version": VERSION}},
            headers={"Idempotency-Key": idempotency_key},
            patience=_CLAIM_PATIENCE_SECONDS,
        ).json()
        source = {name: str(text) for name, text in (answer["source"] or {}).items()}
        return Claimed(_hold(answer), answer["app"], answer["stack"], answer["arch"], source)

    def detect(self, question: Mapping[str, object], *, patience: float = PATIENCE_SECONDS) -> dict[str, Any]:
        """The answer of detection and resolution for a source tree, with what was looked at: the build keeps both."""
        answer = self._call("POST", "/api/v1/detect?explain=1", json=question, patience=patience).json()
        assert isinstance(answer, dict)
        return answer

    def whole_table(self) -> object:
        """The current table, wrapped, as the portal sends it; None when it cannot be had now. One try."""
        try:
            response = self._send("GET", "/api/v1/table")
            return response.json() if response.status_code == httpx.codes.OK else None
        except (PortalAway, ValueError):
            return None

    def stack_table(self, stack: str) -> dict[str, Any] | None:
        """The published table with this stack alone; None when it cannot be had now."""
        response = self._send("GET", f"/api/v1/stacks/{quote(stack)}/table")
        document = response.json().get("table") if response.status_code == httpx.codes.OK else None
        return document if isinstance(document, dict) else None

    def put_detection(self, hold: Hold, detection: Mapping[str, object]) -> None:
        self._call("PUT", f"/api/v1/builds/{hold.id}/detection", json=detection, hold=hold)

    def put_step(self, hold: Hold, step: str, report: Mapping[str, object]) -> None:
        self._call("PUT", f"/api/v1/builds/{hold.id}/steps/{quote(step)}", json=report, hold=hold)

    def send_heartbeat(self, hold: Hold) -> Pulse:
        """One try; the next beat follows soon enough."""
        answer = self._call("POST", f"/api/v1/builds/{hold.id}/heartbeat", json={}, hold=hold, patience=0).json()
        return Pulse(answer["lease_seconds"], bool(answer["cancel_requested"]))

    def append_log(self, hold: Hold, step: str, offset: int, data: bytes) -> int:
        """One try. The log's size afterwards, which is less than hoped for when bytes before `offset` are missing.

        With no data it only asks for the size. Raises PortalAway for any answer that does not name an offset.
        """
        response = self._send(
            "PATCH",
            f"/api/v1/builds/{hold.id}/steps/{quote(step)}/log",
            content=data,
            headers={
                "Build-Fence": str(hold.fence),
                "Upload-Offset": str(offset),
                "Content-Type": "application/octet-stream",
            },
        )
        acknowledged = response.headers.get("Upload-Offset", "")
        if response.status_code in {200, 202, 416} and acknowledged.isascii() and acknowledged.isdigit():
            return int(acknowledged)
        if response.status_code in {400, 401, 403, 404, 409, 413, 422}:
            raise PortalRefusal(response)
        raise PortalAway(f"answered {response.status_code} without an offset")

    def finish(self, hold: Hold, outcome: Mapping[str, object]) -> bool:
        """Whether the build is over; if not, log bytes that were announced have not arrived."""
        response = self._call("POST", f"/api/v1/builds/{hold.id}/finish", json=outcome, hold=hold)
        return response.status_code == httpx.codes.OK

    def absolute(self, address: str) -> str:
        """An artifact's address as it can be fetched: relative ones belong to the portal."""
        return f"{self.url}{address}" if address.startswith("/") else address

    def is_own(self, address: str) -> bool:
        """Whether the address is on the portal itself, so that our token may go there."""
        return _origin(address) == _origin(self.url)

    def _call(
        self,
        method: str,
        path: str,
        *,
        json: Mapping[str, object],
        headers: Mapping[str, str] | None = None,
        hold: Hold | None = None,
        patience: float = PATIENCE_SECONDS,
    ) -> httpx.Response:
        """The answer; repeated with growing pauses, `patience` seconds in all, while the portal is in trouble."""
        fenced = {"Build-Fence": str(hold.fence)} if hold else {}
        waited, pause = 0.0, _FIRST_PAUSE_SECONDS
        while True:
            try:
                response = self._send(method, path, json=json, headers={**fenced, **(headers or {})})
            except PortalAway:
                if waited >= self._patience(patience):
                    raise
            else:
                if response.status_code < 300:
                    return response
                if response.status_code < 500 and response.status_code != httpx.codes.TOO_MANY_REQUESTS:
                    raise PortalRefusal(response)
                if waited >= self._patience(patience):
                    raise PortalAway(str(PortalRefusal(response)))
                pause = max(pause, _retry_after(response))
            pause = min(pause, _LONGEST_PAUSE_SECONDS)
            self._pause(pause * random.uniform(0.8, 1.2))  # noqa: S311  spreads builders, hides nothing
            waited += pause
            pause *= 2

    def _patience(self, seconds: float) -> float:
        return min(seconds, _IMPATIENCE_SECONDS) if self._hurried.is_set() else seconds

    def _pause(self, seconds: float) -> None:
        """Waits, but no longer than until somebody is in a hurry or the builder stops."""
        awaited = self._closing if self._hurried.is_set() else self._hurried
        awaited.wait(seconds)
        if self._closing.is_set():
            raise PortalAway("the builder is stopping")

    def _send(self, method: str, path: str, **content: Any) -> httpx.Response:
        try:
            return self._client.request(method, path, **content)
        except httpx.HTTPError as error:
            raise PortalAway(str(error) or type(error).__name__) from error
        except RuntimeError as error:  # the client was closed under a thread that is on its way out
            raise PortalAway("the builder is stopping") from error


def _hold(answer: Mapping[str, Any]) -> Hold:
    return Hold(
        answer["id"],
        answer["number"],
        answer["fence"],
        answer["lease_seconds"],
        answer["url"],
        answer.get("previous_release"),
    )


def _problem(response: httpx.Response) -> dict[str, object]:
    try:
        problem = response.json()
    except ValueError:
        return {}
    return problem if isinstance(problem, dict) else {}


def _retry_after(response: httpx.Response) -> float:
    seconds = response.headers.get("Retry-After", "")
    return float(seconds) if seconds.isascii() and seconds.isdigit() else 0.0


def _origin(address: str) -> tuple[str, str, int | None]:
    parts = urlsplit(address)
    default = {"http": 80, "https": 443}.get(parts.scheme)
    return parts.scheme, parts.hostname or "", parts.port or default
