"""Section 4 of the contract to the letter: the fields of a build and of every answer on its way."""

import hashlib

import pytest

from tests.reporting import STACK, ApiBuilder, publish_two_stacks

pytestmark = pytest.mark.django_db

BUILD_FIELDS = {
    "id", "number", "app", "stack", "arch", "status", "failure", "ruleset", "revision", "package_manager", "request",
    "release", "warnings", "source", "builder", "trigger", "steps", "created_at", "started_at", "finished_at", "url",
}  # fmt: skip
STEP_FIELDS = {
    "name", "status", "exit_code", "started_at", "finished_at", "duration_seconds", "command", "skip_reason",
    "log_size",
}  # fmt: skip
STEPS = (
    "detect", "resolve", "pre_compile", "install_python", "install_dependencies", "post_compile", "postdeploy",
    "another_one-by-name",
)  # fmt: skip


@pytest.fixture
def builder(db: None) -> ApiBuilder:
    publish_two_stacks()
    return ApiBuilder()


def test_a_whole_build(builder: ApiBuilder) -> None:
    order = {
        "app": "shop", "stack": STACK, "arch": "amd64", "trigger": "push", "queue": True,
        "source": {"kind": "git", "ref": "9e11ef5", "url": "https://example.org/shop.git", "sha256": "a" * 64},
        "builder": {"name": "builder", "version": "1"},
    }  # fmt: skip
    made = builder.post("/builds", order, **{"Idempotency-Key": "once"})
    assert made.status_code == 201
    assert {"id", "number", "fence", "lease_seconds", "url"} <= set(made.json())
    assert (type(made.json()["id"]), made.json()["fence"]) == (int, None)
    assert builder.post("/builds", order, **{"Idempotency-Key": "once"}).status_code == 200
    builder.id = made.json()["id"]
    assert builder.read()["status"] == "queued"

    claimed = builder.post(f"/builds/{builder.id}/claim", {"builder": {"name": "worker", "version": "2"}})
    builder.fence = claimed.json()["fence"]
    assert builder.post(f"/builds/{builder.id}/claim", {"builder": {"name": "late"}}).status_code == 409
    beat = builder.post(f"/builds/{builder.id}/heartbeat")
    assert (beat.status_code, set(beat.json())) == (200, {"lease_seconds", "cancel_requested"})

    files = {"requirements.txt": {"text": ""}, "runtime.txt": {"text": "python-3.12"}}
    answer = builder.post("/detect", {"stack": STACK, "files": files}).json()
    assert builder.put(f"/builds/{builder.id}/detection", answer).status_code == 200
    for name in STEPS[:-2]:
        assert builder.step(name, "succeeded", exit_code=0, command=name).status_code == 200
    assert builder.step(STEPS[-2], "pending").status_code == 200
    assert builder.step(STEPS[-1], "skipped", skip_reason="not wanted").status_code == 200

    announced = {"detect": {"size": 6, "sha256": hashlib.sha256(b"one\ntw").hexdigest()}}
    assert builder.append("detect", 0, b"one\n").status_code == 202
    assert builder.finish("succeeded", logs=announced).status_code == 202
    assert builder.read()["status"] == "running"
    assert builder.append("detect", 4, b"tw")["Upload-Offset"] == "6"  # late, for a step that is over
    assert builder.finish("succeeded", logs=announced, report={"any": ["thing"]}, failure=None).status_code == 200

    read = builder.read()
    assert set(read) >= BUILD_FIELDS
    assert [step["name"] for step in read["steps"]] == list(STEPS)
    assert all(set(step) >= STEP_FIELDS for step in read["steps"])
    assert (read["builder"], read["revision"], read["ruleset"]) == ({"name": "worker", "version": "2"}, 1, "documented")
    assert all(read[field].endswith("Z") for field in ("created_at", "started_at", "finished_at"))
    listed = builder.get("/builds").json()
    assert (set(listed), listed["next"], set(listed["results"][0]) >= BUILD_FIELDS - {"steps"}) == (
        {"next", "results"}, None, True,
    )  # fmt: skip


def test_postdeploy_has_an_outcome_of_its_own(builder: ApiBuilder) -> None:
    builder.build()
    builder.step("postdeploy", "pending")
    assert builder.finish("succeeded").json()["status"] == "succeeded"
    assert builder.step("postdeploy", "failed", exit_code=1).status_code == 200
    read = builder.read()
    assert (read["status"], read["failure"]["code"]) == ("succeeded", "hooks::postdeploy")
    assert read["steps"][0]["status"] == "failed"


def test_asking_again_with_a_builds_revision_gives_its_release(builder: ApiBuilder) -> None:
    files = {"requirements.txt": {"text": ""}, "runtime.txt": {"text": "python-3.12"}}
    answer = builder.post("/detect", {"stack": STACK, "files": files}).json()
    builder.build()
    builder.put(f"/builds/{builder.id}/detection", answer)
    question = {"stack": STACK, "files": files, "revision": builder.read()["revision"]}
    assert builder.post("/detect", question).json()["release"] == builder.read()["release"]
