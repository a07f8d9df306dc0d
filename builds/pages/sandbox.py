"""The sandbox: files and settings in, detection and resolution explained out. Nothing is stored."""

import json
from dataclasses import dataclass, replace

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_http_methods

from builds.domain.detection import Detection, detect
from builds.domain.documents import detection_document
from builds.domain.messages import Explanation, explain
from builds.domain.sending import which_files_to_send
from builds.domain.source import SourceTree
from builds.domain.source_document import source_document
from builds.domain.storable import storable_json
from builds.domain.trace import Verdict
from builds.pages.answer_parts import TraceLine, answer_text, install_commands, origin_words, printable, trace_lines
from builds.pages.sandbox_examples import examples
from builds.pages.sandbox_fields import EMPTY_ROWS, SandboxFields, checked, read_fields
from builds.pages.sandbox_rows import MAX_FILE_BYTES, TEXT, TOO_LARGE_CODE, FileRow, too_large_text
from builds.selectors.holds import hold_of
from versions.domain.refusals import Refusal
from versions.domain.resolution import outcome_facts
from versions.domain.table import Ruleset, Table
from versions.selectors import PublishedTable, published_table
from versions.selectors.advisories import active_advisories, advisory_warnings

DEFAULT_ARCH = "amd64"
MAX_ADDRESS_CHARACTERS = 4_000  # what every proxy and chat between two members of staff lets through
MAX_SHOWN_QUESTION_CHARACTERS = 20_000


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as the page shows it. `question` is the API's request for the same, empty when it is too long;
    `edit_id` and `edit_name` are the field to go back to and its file.
    """

    document: dict[str, object]
    failure: Explanation | None
    detail: str
    origin: str
    commands: list[str]
    trace: list[TraceLine]
    text: str
    json: str
    question: str
    address: str
    edit_id: str
    edit_name: str


@gzip_page
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def sandbox(request: HttpRequest) -> HttpResponse:
    """GET with a question in the address answers it; a POST is sent on to that address where it is short enough."""
    is_form = request.method == "POST"
    data = request.POST if is_form else request.GET
    current = _published(None)
    fields = read_fields(data, request.FILES.getlist("upload") if is_form else ())
    if current is None:
        return render(request, "builds/sandbox.html")
    fields = _with_defaults(fields, current.table)
    answer = None
    is_asked = not {"remove", "more", "undo"} & data.keys() and (is_form or "name" in data or "names" in data)
    if is_asked:
        fields, answer = _answered(fields)
        if is_form and answer and answer.address:
            return HttpResponseRedirect(f"{answer.address}#answer")
    is_more = "more" in data
    context = _context(fields, answer, current, empty_rows=EMPTY_ROWS if is_more or not fields.rows else 1)
    return render(request, "builds/sandbox.html", context | {"is_more": is_more, "is_asked": is_asked})


def _answered(fields: SandboxFields) -> tuple[SandboxFields, Answer | None]:
    """The fields with what is wrong noted, or the answer."""
    fields, tree = checked(fields)
    published = _published(fields.revision_number) if "revision" not in fields.errors else None
    if published is None and "revision" not in fields.errors:
        fields = fields.with_error("revision", _("There is no such revision."))
    if tree is None or published is None or not fields.is_sound:
        return fields, None
    try:
        detection = detect(
            tree,
            stack=fields.stack,
            table=published.table,
            revision=published.number,
            ruleset=Ruleset(fields.ruleset) if fields.ruleset else None,
            previous=fields.previous or None,
            arch=fields.arch,
            hold=hold_of(fields.app) if fields.app else None,
        )
    except Refusal as refusal:
        name, size, limit = (refusal.facts.get(fact) for fact in ("name", "size_bytes", "limit_bytes"))
        if refusal.code == TOO_LARGE_CODE and isinstance(size, int) and isinstance(limit, int):
            return fields.with_too_large(str(name), size, limit), None
        explanation = explain(refusal.code, refusal.facts)
        return fields.with_error("files", f"{explanation.text} {explanation.advice}"), None
    return fields, _answer(fields, tree, detection)


def _answer(fields: SandboxFields, tree: SourceTree, detection: Detection) -> Answer:
    release = detection.release.version if detection.release else None
    advisories = advisory_warnings(release, active_advisories())
    answered = detection_document(detection, is_explained=True, advisories=advisories)
    document = storable_json(answered)  # type: ignore[arg-type]
    assert isinstance(document, dict)
    told: dict[str, object] = dict(document)
    failure, request = detection.failure, detection.request
    question = json.dumps(_question(fields, tree), indent=2)
    address = f"{reverse('builds:sandbox')}?{fields.query}"
    edit_id, edit_name = _file_to_edit(fields, detection)
    return Answer(
        document=told,
        failure=explain(failure.code, outcome_facts(failure)) if failure else None,
        detail=printable((failure.detail or "") if failure else ""),
        origin=origin_words(request.origin) if request else "",
        commands=install_commands(told),
        trace=trace_lines(told),
        text=answer_text(told, stack=fields.stack, arch=fields.arch),
        json=json.dumps(document, indent=2),
        question=question if len(question) <= MAX_SHOWN_QUESTION_CHARACTERS else "",
        address=address if len(address) <= MAX_ADDRESS_CHARACTERS else "",
        edit_id=edit_id,
        edit_name=edit_name,
    )


def _file_to_edit(fields: SandboxFields, detection: Detection) -> tuple[str, str]:
    """Where whoever has read the answer goes on typing: the file that failed or was followed, else the first."""
    failed = [entry.subject for entry in detection.trace if entry.verdict == Verdict.FAILED]
    followed = [detection.request.origin] if detection.request else []
    places = {row.name: place for place, row in reversed([*enumerate(fields.rows)])}
    for name in (*failed, *followed, *(row.name for row in fields.rows)):
        if name in places:
            is_text = fields.rows[places[name]].form == TEXT
            return f"{'content' if is_text else 'file'}-{places[name]}", name
    return "names", _("the names")


def _question(fields: SandboxFields, tree: SourceTree) -> dict[str, object]:
    """The body with which `POST /api/v1/detect` gives the same answer."""
    settings = {
        "stack": fields.stack,
        "ruleset": fields.ruleset or None,
        "previous": fields.previous or None,
        "app": fields.app or None,
        "revision": fields.revision_number,
        "arch": fields.arch,
    }
    return {name: value for name, value in settings.items() if value} | {"files": source_document(tree)}


def _context(
    fields: SandboxFields, answer: Answer | None, current: PublishedTable, *, empty_rows: int
) -> dict[str, object]:
    table = current.table
    stacks = [stack.name for stack in table.stacks]
    archs = sorted({arch for stack in table.stacks for arch in stack.archs})
    return {
        "fields": fields,
        "rows": [*fields.rows, *[FileRow()] * empty_rows],
        "first_new_row": len(fields.rows),
        "answer": answer,
        "current": current.number,
        # What an old link names is offered too, so that it can be seen to be gone.
        "stacks": stacks if fields.stack in stacks or not fields.stack else [*stacks, fields.stack],
        "archs": archs if fields.arch in archs else [*archs, fields.arch],
        "rulesets": _ruleset_choices(fields.stack, table),
        "examples": examples(table.default_stack),
        "read_names": sorted(which_files_to_send().content_names),
        "nested_names": sorted(which_files_to_send().nested_names),
        "max_file_bytes": MAX_FILE_BYTES,
        "too_large": too_large_text("{name}", "{size}"),
        "too_large_code": TOO_LARGE_CODE,
        "has_sandbox_keys": True,
    }


def _ruleset_choices(stack: str, table: Table) -> list[tuple[str, str]]:
    entry = table.find_stack(stack)
    own = _("Stack's own: %(ruleset)s") % {"ruleset": entry.ruleset.value} if entry else _("Stack's own")
    return [("", own), *[(ruleset.value, ruleset.value) for ruleset in Ruleset]]


def _with_defaults(fields: SandboxFields, table: Table) -> SandboxFields:
    return replace(fields, stack=fields.stack or table.default_stack, arch=fields.arch or DEFAULT_ARCH)


def _published(number: int | None) -> PublishedTable | None:
    try:
        return published_table(number)
    except Refusal:
        return None
