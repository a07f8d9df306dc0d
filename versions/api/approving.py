"""Proposals over HTTP: publications of stacks that ask for a second person."""

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from versions.api.fields import DeclineFields, NoFields, ProposalFields
from versions.api.publishing import IF_MATCH, PublishingView, guard_of, revision_answer, token_of
from versions.domain.parts import named_parts
from versions.selectors.proposals import ProposalRow, found_proposal, open_proposals
from versions.services.approving import approve_proposal, decline_proposal, propose_publication


class ProposalListView(PublishingView):
    @extend_schema(operation_id="proposals", responses={200: dict})
    def get(self, request: Request) -> Response:
        """Proposals that wait, oldest first."""
        return Response({"next": None, "results": [proposal_document(row) for row in open_proposals()]})

    @extend_schema(operation_id="propose", request=ProposalFields, parameters=[IF_MATCH], responses={201: dict})
    def post(self, request: Request) -> Response:
        """Proposes all that is pending, or `parts` of it: 201, or 200 when the very same waits already."""
        fields = ProposalFields(data=request.data)
        fields.is_valid(raise_exception=True)
        parts = fields.validated_data.get("parts")
        proposed = propose_publication(
            parts=None if parts is None else named_parts(parts),
            message=fields.validated_data["message"],
            actor=token_of(request).person,
            guard=guard_of(request),
            limit=token_of(request).stacks,
        )
        location = f"/api/v1/proposals/{proposed.row.id}"
        made = status.HTTP_201_CREATED if proposed.is_new else status.HTTP_200_OK
        return Response(proposal_document(proposed.row), status=made, headers={"Location": location})


class ProposalView(PublishingView):
    @extend_schema(operation_id="proposal", responses={200: dict})
    def get(self, request: Request, number: int) -> Response:
        """One proposal, whatever has become of it."""
        return Response(proposal_document(found_proposal(number)))


class ApproveView(PublishingView):
    @extend_schema(operation_id="approve", request=NoFields, responses={201: dict})
    def post(self, request: Request, number: int) -> Response:
        """Publishes what was proposed: 201 with the new revision. Nobody approves what they proposed themselves."""
        NoFields(data=request.data).is_valid(raise_exception=True)
        token = token_of(request)
        return revision_answer(approve_proposal(number=number, actor=token.person, limit=token.stacks))


class DeclineView(PublishingView):
    @extend_schema(operation_id="decline", request=DeclineFields, responses={200: dict})
    def post(self, request: Request, number: int) -> Response:
        """Turns a proposal down, or takes one's own back."""
        fields = DeclineFields(data=request.data)
        fields.is_valid(raise_exception=True)
        row = decline_proposal(number=number, reason=fields.validated_data["reason"], actor=token_of(request).person)
        return Response(proposal_document(row))


def proposal_document(row: ProposalRow) -> dict[str, object]:
    return {
        "id": row.id,
        "kind": row.kind.value,
        "status": row.status.value,
        "parts": list(row.parts),
        "stacks": list(row.stacks),
        "message": row.message,
        "current": row.current,
        "outcome": row.outcome,
        "proposed_by": row.proposed_by,
        "proposed_at": row.proposed_at.isoformat().replace("+00:00", "Z"),
        "decided_by": row.decided_by or None,
        "decided_at": row.decided_at.isoformat().replace("+00:00", "Z") if row.decided_at else None,
        "reason": row.reason or None,
        "revision": row.revision,
    }
