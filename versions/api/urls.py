"""Addresses below /api/v1/."""

from django.urls import path

from versions.api.approving import ApproveView, DeclineView, ProposalListView, ProposalView
from versions.api.artifacts import ArtifactView
from versions.api.publishing import PublishView, RollbackView, WithdrawView, YankView
from versions.api.tables import RevisionDiffView, RevisionListView, RevisionView, StackTableView, TableView

urlpatterns = [
    path("artifacts/<str:sha256>", ArtifactView.as_view(), name="api-artifact"),
    path("publish", PublishView.as_view(), name="api-publish"),
    path("rollback", RollbackView.as_view(), name="api-rollback"),
    path("proposals", ProposalListView.as_view(), name="api-proposal-list"),
    path("proposals/<int:number>", ProposalView.as_view(), name="api-proposal-detail"),
    path("proposals/<int:number>/approve", ApproveView.as_view(), name="api-proposal-approve"),
    path("proposals/<int:number>/decline", DeclineView.as_view(), name="api-proposal-decline"),
    path("releases/<str:version>/yank", YankView.as_view(), name="api-release-yank"),
    path("releases/<str:version>/withdraw", WithdrawView.as_view(), name="api-release-withdraw"),
    path("table", TableView.as_view(), name="api-table"),
    path("stacks/<str:stack>/table", StackTableView.as_view(), name="api-stack-table"),
    path("revisions", RevisionListView.as_view(), name="api-revision-list"),
    path("revisions/<int:number>", RevisionView.as_view(), name="api-revision-detail"),
    path("revisions/<int:before>/diff/<int:after>", RevisionDiffView.as_view(), name="api-revision-diff"),
]
