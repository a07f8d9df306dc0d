"""Addresses of the version table's pages."""

from django.urls import path

from versions.pages import editing, matrix, pending, publish, releases, retire, revisions, rollback, stacks

urlpatterns = [
    path("runtimes/", matrix.matrix, name="matrix"),
    path("runtimes/pending/", pending.pending, name="pending"),
    path("runtimes/pending/discard/", pending.discard, name="pending-discard"),
    path("runtimes/publish/", publish.publish, name="release-publish"),
    path("runtimes/releases/", releases.release_list, name="release-list"),
    path("runtimes/releases/new/", editing.edit_release, name="release-new"),
    path("runtimes/releases/<str:version>/edit/<str:stack>/", editing.edit_release, name="release-edit"),
    path("runtimes/releases/<str:version>/", releases.release_detail, name="release-detail"),
    path("runtimes/releases/<str:version>/retire/", retire.retire, name="release-retire"),
    path("runtimes/revisions/", revisions.revision_list, name="revision-list"),
    path("runtimes/revisions/<int:number>/", revisions.revision_detail, name="revision-detail"),
    path("runtimes/revisions/<int:number>/rollback/", rollback.rollback, name="revision-rollback"),
    path("runtimes/revisions/<int:before>/diff/<int:after>/", revisions.revision_diff, name="revision-diff"),
    path("stacks/", stacks.stack_list, name="stack-list"),
    path("runtimes/stacks/new/", editing.edit_stack, name="stack-new"),
    path("stacks/<str:name>/edit/", editing.edit_stack, name="stack-edit"),
    path("stacks/<str:name>/series/new/", editing.edit_series, name="series-new"),
    path("stacks/<str:name>/series/<str:series>/edit/", editing.edit_series, name="series-edit"),
    path("stacks/<str:name>/", stacks.stack_detail, name="stack-detail"),
]
