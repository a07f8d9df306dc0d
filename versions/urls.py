"""Addresses of the version table: pages, exports, and the API by inclusion."""

from django.urls import include, path

from versions.api.exports import ArchiveView, documentation_html, documentation_markdown

app_name = "versions"

urlpatterns = [
    path("", include("versions.pages.urls")),
    path("api/v1/", include("versions.api.urls")),
    path("exports/docs.md", documentation_markdown, name="export-markdown"),
    path("exports/docs.html", documentation_html, name="export-html"),
    path("exports/by-sha256/<str:sha256>", ArchiveView.as_view(), name="export-archive"),
]
