"""Addresses below /api/v1/."""

from django.urls import path

from versions.api.tables import RevisionDiffView, RevisionListView, RevisionView, StackTableView, TableView

urlpatterns = [
    path("table", TableView.as_view(), name="api-table"),
    path("stacks/<str:stack>/table", StackTableView.as_view(), name="api-stack-table"),
    path("revisions", RevisionListView.as_view(), name="api-revision-list"),
    path("revisions/<int:number>", RevisionView.as_view(), name="api-revision-detail"),
    path("revisions/<int:before>/diff/<int:after>", RevisionDiffView.as_view(), name="api-revision-diff"),
]
