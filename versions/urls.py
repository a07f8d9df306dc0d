"""Addresses of the version table: pages, exports, and the API by inclusion."""

from django.urls import include, path, re_path

from versions.api.exports import (
    ArchiveView,
    BaseArchiveView,
    StackArchiveView,
    documentation_html,
    documentation_markdown,
)

app_name = "versions"

urlpatterns = [
    path("", include("versions.pages.urls")),
    path("api/v1/", include("versions.api.urls")),
    path("exports/docs.md", documentation_markdown, name="export-markdown"),
    path("exports/docs.html", documentation_html, name="export-html"),
    path("exports/by-sha256/<str:sha256>", ArchiveView.as_view(), name="export-archive"),
    re_path(
        r"^python-(?P<version>[0-9.]{1,40})-ubuntu-(?P<base>[0-9]{2}\.[0-9]{2})-(?P<arch>[a-z0-9_]{1,20})\.tar\.zst\Z",
        BaseArchiveView.as_view(),
        name="export-archive-for-base",
    ),
    re_path(
        r"^(?P<stack>[a-z0-9][a-z0-9-]{0,62})/runtimes/python-(?P<version>[0-9.]{1,40})\.tar\.gz\Z",
        StackArchiveView.as_view(),
        name="export-archive-for-stack",
    ),
]
