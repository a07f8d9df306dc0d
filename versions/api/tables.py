"""The published table and its revisions, as JSON."""

import hashlib
import json

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.views import APIView

from versions.api.conditional import conditional_response
from versions.api.parameters import wanted_before, wanted_table
from versions.domain.canonical import canonical_json, digest
from versions.domain.document import table_document
from versions.domain.refusals import Refusal
from versions.domain.table import Table
from versions.selectors.proposals import ProposalRow, proposal_of_revision
from versions.selectors.published import PublishedTable, RevisionRow, current_number, revision_rows
from versions.selectors.revisions import change_document, revision_diff, revision_page

PAGE_SIZE = 50


class TableReadView(APIView):
    """Readers of the table need no token unless TABLE_REQUIRES_TOKEN is set."""

    required_scope = "table:read"
    is_public_unless_table_requires_token = True


class TableView(TableReadView):
    """The whole table, wrapped with its revision and digest."""

    @extend_schema(operation_id="table", responses={200: dict})
    def get(self, request: Request) -> HttpResponse:
        published, is_immutable = wanted_table(request.query_params, now=timezone.now())
        return conditional_response(
            request._request,  # noqa: SLF001 - the only name that DRF has for it
            wrapped(published, published.document, published.digest),
            content_type="application/json",
            tag=f"r{published.number}-{published.digest[7:23]}",
            revision=published.number,
            is_immutable=is_immutable,
        )


class StackTableView(TableReadView):
    """The table of one stack. Its digest is that of the smaller document, so that a reader can check what it got."""

    @extend_schema(operation_id="stack_table", responses={200: dict})
    def get(self, request: Request, stack: str) -> HttpResponse:
        published, is_immutable = wanted_table(request.query_params, now=timezone.now())
        entry = published.table.find_stack(stack)
        if entry is None:
            raise Refusal("stack::unknown", stack=stack)
        document = table_document(Table(default_stack=entry.name, stacks=(entry,)))
        own_digest = digest(document)
        return conditional_response(
            request._request,  # noqa: SLF001 - the only name that DRF has for it
            wrapped(published, canonical_json(document), own_digest),
            content_type="application/json",
            tag=f"r{published.number}-{own_digest[7:23]}",
            revision=published.number,
            is_immutable=is_immutable,
        )


class RevisionListView(TableReadView):
    """History, newest first; `?before=N` continues below revision N."""

    @extend_schema(operation_id="revisions", responses={200: dict})
    def get(self, request: Request) -> HttpResponse:
        before = wanted_before(request.query_params)
        rows = revision_rows(before=before, limit=PAGE_SIZE + 1)
        following = None
        if len(rows) > PAGE_SIZE:
            following = f"{request.build_absolute_uri(request.path)}?before={rows[PAGE_SIZE - 1].number}"
        body = {"next": following, "results": [revision_document(row) for row in rows[:PAGE_SIZE]]}
        return _json_response(request, body, revision=current_number() or 0, is_immutable=False)


class RevisionView(TableReadView):
    """One revision, how it was approved, and what it changed against the one before."""

    @extend_schema(operation_id="revision", responses={200: dict})
    def get(self, request: Request, number: int) -> HttpResponse:
        page = revision_page(number)
        body = revision_document(page.revision) | {
            "approval": approval_document(proposal_of_revision(number)),
            "changes": [change_document(change) for change in page.changes],
        }
        return _json_response(request, body, revision=number, is_immutable=True)


class RevisionDiffView(TableReadView):
    """What turns one revision into another."""

    @extend_schema(operation_id="revision_diff", responses={200: dict})
    def get(self, request: Request, before: int, after: int) -> HttpResponse:
        diff = revision_diff(before, after)
        body = {
            "before": revision_document(diff.before),
            "after": revision_document(diff.after),
            "changes": [change_document(change) for change in diff.changes],
        }
        return _json_response(request, body, revision=after, is_immutable=True)


def _json_response(request: Request, document: object, *, revision: int, is_immutable: bool) -> HttpResponse:
    """A document that is small enough to be hashed for its validator each time."""
    body = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
    return conditional_response(
        request._request,  # noqa: SLF001 - the only name that DRF has for it
        body,
        content_type="application/json",
        tag=hashlib.sha256(body).hexdigest()[:32],
        revision=revision,
        is_immutable=is_immutable,
    )


def revision_document(row: RevisionRow) -> dict[str, object]:
    """A revision as lists show it. Its number stands under both names that readers know it by."""
    return {
        "number": row.number,
        "revision": row.number,
        "digest": row.digest,
        "previous_digest": row.previous_digest or None,
        "message": row.message,
        "published_by": row.published_by,
        "published_at": row.published_at.isoformat().replace("+00:00", "Z"),
    }


def approval_document(proposal: ProposalRow | None) -> dict[str, object] | None:
    """Who approved, and the stacks that ask for it; `by` and `at` are None for what waits for nobody.

    None where no stack asked. It is written with the revision and never changes after.
    """
    if proposal is None:
        return None
    at = proposal.decided_at.isoformat().replace("+00:00", "Z") if proposal.decided_at else None
    return {"by": proposal.decided_by or None, "at": at, "stacks": list(proposal.stacks)}


def wrapped(published: PublishedTable, document: bytes, own_digest: str) -> bytes:
    """A table document in its wrapper; the document's bytes are those that the digest was taken over."""
    wrapper = revision_document(published) | {"digest": own_digest}
    del wrapper["number"]
    head = json.dumps(wrapper, ensure_ascii=False, separators=(",", ":")).encode()
    return head[:-1] + b',"table":' + document + b"}"
