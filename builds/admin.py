"""Raw data of apps and builds: looked at here, written by the services alone."""

from typing import Any, cast

from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property

from builds.models import App, AppHold, Build, Step

MOST_COUNTED = 10_000


class CappedPaginator(Paginator[Any]):
    """Counts, and leads to, the first rows alone; whoever wants others searches for them."""

    @cached_property
    def count(self) -> int:
        return cast("QuerySet[Any]", self.object_list)[:MOST_COUNTED].count()


class RecordAdmin(admin.ModelAdmin[Any]):
    """Rows that nobody edits. A million of them are not counted to show a few."""

    paginator = CappedPaginator
    show_full_result_count = False
    list_per_page = 20  # the admin takes a millisecond a row

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(App)
class AppAdmin(RecordAdmin):
    list_display = ("name", "owner", "is_active", "last_build_number", "created_at")
    search_fields = ("name",)


@admin.register(AppHold)
class AppHoldAdmin(RecordAdmin):
    list_display = ("app", "version", "until_on", "held_by_name", "held_at", "ended_at", "ended_by_name")
    list_select_related = ("app",)
    search_fields = ("app__name",)


@admin.register(Build)
class BuildAdmin(RecordAdmin):
    list_display = ("id", "app", "number", "status", "stack", "python_version", "failure_code", "created_at")
    list_filter = ("status",)
    list_select_related = ("app",)
    search_fields = ("=id", "app__name")
    exclude = ("fence", "idempotency_key", "idempotency_digest", "idempotency_scope")  # they let a reader write


@admin.register(Step)
class StepAdmin(RecordAdmin):
    """Without the log: that is read on the build's page, by those who may."""

    list_display = ("id", "build", "name", "status", "exit_code", "log_size")
    list_filter = ("status",)
    search_fields = ("=build__id",)
