"""What an API token may be allowed to do (contract, section 4)."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Scope(models.TextChoices):
    TABLE_READ = "table:read", _("read the version table")
    HISTORY_READ = "history:read", _("read build history")
    LOGS_READ = "logs:read", _("read build logs")
    BUILDS_WRITE = "builds:write", _("report builds")
    ARTIFACTS_WRITE = "artifacts:write", _("store interpreter archives")
    VERSIONS_PUBLISH = "versions:publish", _("publish versions")
