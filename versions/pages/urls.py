"""Addresses of the version table's pages."""

from django.urls import path

from versions.pages import matrix, publish, releases, revisions, rollback, stacks

urlpatterns = [
    path("runtimes/", matrix.matrix, name="matrix"),
    path("runtimes/publish/", publish.publish, name="release-publish"),
    path("runtimes/releases/", releases.release_list, name="release-list"),
    path("runtimes/releases/<str:version>/", releases.release_detail, name="release-detail"),
    path("runtimes/revisions/", revisions.revision_list, name="revision-list"),
    path("runtimes/revisions/<int:number>/", revisions.revision_detail, name="revision-detail"),
    path("runtimes/revisions/<int:number>/rollback/", rollback.rollback, name="revision-rollback"),
    path("runtimes/revisions/<int:before>/diff/<int:after>/", revisions.revision_diff, name="revision-diff"),
    path("stacks/", stacks.stack_list, name="stack-list"),
    path("stacks/<str:name>/", stacks.stack_detail, name="stack-detail"),
]
