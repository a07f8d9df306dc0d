"""Raw data: the pending rows as they are. Nothing here reaches builders until somebody publishes."""

from typing import Any, TypeVar

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest

from versions.domain.version import Series as SeriesNumber
from versions.domain.version import Version
from versions.models import (
    Advisory,
    ApprovalRule,
    ArchiveJob,
    Artifact,
    OutsideCopy,
    OutsideDifference,
    OutsideRun,
    Proposal,
    Release,
    Revision,
    Series,
    Stack,
    StoredArchive,
)
from versions.services.editing import delete_edits, save_edit

_Row = TypeVar("_Row", Stack, Series, Release, Artifact)


class EditedAdmin(admin.ModelAdmin[_Row]):
    """Saves and deletes through the services, as every other face does."""

    def save_model(self, request: HttpRequest, obj: _Row, form: Any, change: bool) -> None:  # noqa: FBT001
        save_edit(row=obj)

    def delete_model(self, request: HttpRequest, obj: _Row) -> None:
        delete_edits(rows=[obj])

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[_Row]) -> None:
        delete_edits(rows=queryset)


class ReadOnlyAdmin(admin.ModelAdmin[Any]):
    """Records that nobody edits."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class SeriesForm(ModelForm[Series]):
    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if SeriesNumber.parse(name) is None:
            raise ValidationError(f"{name!r} is not a series such as 3.12.")
        return name


class ReleaseForm(ModelForm[Release]):
    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        version, series = Version.parse(values.get("version", "")), values.get("series")
        if version is None:
            self.add_error("version", "Write a release such as 3.12.3.")
        elif series is not None and version.series != (series.major, series.minor):
            self.add_error("version", f"{version} does not belong to series {series.name}.")
        if values.get("status") != "available" and not values.get("reason"):
            self.add_error("reason", "Say why: builds and staff are shown this.")
        return values


@admin.register(Stack)
class StackAdmin(EditedAdmin[Stack]):
    list_display = ("name", "base", "status", "is_listed", "is_default", "ruleset", "default_series")
    list_filter = ("status", "ruleset")
    search_fields = ("name", "base")


@admin.register(Series)
class SeriesAdmin(EditedAdmin[Series]):
    form = SeriesForm
    list_display = ("name", "stack", "status", "eol_on", "removed_on")
    list_filter = ("stack", "status")
    list_select_related = ("stack",)
    search_fields = ("name",)


@admin.register(Release)
class ReleaseAdmin(EditedAdmin[Release]):
    form = ReleaseForm
    list_display = ("version", "stack", "status", "released_on")
    list_filter = ("series__stack", "status")
    list_select_related = ("series__stack",)
    search_fields = ("version",)
    autocomplete_fields = ("series",)
    ordering = ("-major", "-minor", "-patch", "pk")

    @admin.display(ordering="series__stack__name")
    def stack(self, release: Release) -> str:
        return release.series.stack.name


@admin.register(Artifact)
class ArtifactAdmin(EditedAdmin[Artifact]):
    list_display = ("release", "arch", "format", "sha256", "size")
    list_filter = ("arch", "format")
    list_select_related = ("release__series__stack",)
    search_fields = ("release__version", "sha256")
    autocomplete_fields = ("release",)


@admin.register(StoredArchive)
class StoredArchiveAdmin(ReadOnlyAdmin):
    list_display = ("sha256", "format", "size", "is_verified", "stored_by", "stored_at")
    list_filter = ("is_verified", "format")
    search_fields = ("sha256",)


@admin.register(Revision)
class RevisionAdmin(ReadOnlyAdmin):
    list_display = ("number", "message", "published_by_name", "published_at", "digest")
    search_fields = ("message",)


@admin.register(ApprovalRule)
class ApprovalRuleAdmin(ReadOnlyAdmin):
    list_display = ("stack", "set_by_name", "set_at")


@admin.register(Proposal)
class ProposalAdmin(ReadOnlyAdmin):
    list_display = ("id", "kind", "status", "message", "proposed_by_name", "decided_by_name", "revision")
    list_filter = ("status", "kind")
    list_select_related = ("revision",)


@admin.register(Advisory)
class AdvisoryAdmin(ReadOnlyAdmin):
    """Written on its own pages, which show the difference first."""

    list_display = ("identifier", "title", "severity", "created_by_name", "updated_at", "withdrawn_at")
    list_filter = ("severity",)
    search_fields = ("identifier", "title")


@admin.register(ArchiveJob)
class ArchiveJobAdmin(ReadOnlyAdmin):
    list_display = ("id", "kind", "version", "state", "code", "requested_by", "created_at", "finished_at")
    list_filter = ("state", "kind")
    search_fields = ("version", "claimed_sha256", "url")


@admin.register(OutsideCopy)
class OutsideCopyAdmin(ReadOnlyAdmin):
    """Written on its own pages, which check the place first."""

    list_display = ("name", "form", "stack", "location", "every_minutes", "is_enabled")
    list_filter = ("form", "is_enabled")
    search_fields = ("name", "location")


@admin.register(OutsideRun)
class OutsideRunAdmin(ReadOnlyAdmin):
    list_display = ("requested_at", "copy", "revision", "differences", "problem_code", "finished_at")
    list_select_related = ("copy",)
    search_fields = ("copy__name", "problem_code")


@admin.register(OutsideDifference)
class OutsideDifferenceAdmin(ReadOnlyAdmin):
    list_display = ("copy", "stack", "place", "here", "there", "first_seen_at", "closed_at")
    list_select_related = ("copy",)
    search_fields = ("copy__name", "stack", "place")
