"""What an app's newest detection came to, kept apart from the builds so that a whole fleet is counted at a glance."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class LastDetection(models.Model):
    """The columns of the app's newest build that detected anything, copied from it.

    A hundred thousand apps are one short table then, where looking each of them up among millions of builds takes
    seconds. `build_id` is no foreign key: when retention has taken the build, what it detected is still what is known
    of the app.
    """

    app = models.OneToOneField(
        "builds.App", models.CASCADE, primary_key=True, related_name="last_detection", verbose_name=_("app")
    )
    build_id = models.BigIntegerField(_("build"))
    created_at = models.DateTimeField(_("created at"))
    stack = models.CharField(_("stack"), max_length=63)
    arch = models.CharField(_("architecture"), max_length=20)
    request_version = models.CharField(_("requested version"), max_length=200, blank=True)
    request_origin = models.CharField(_("request from"), max_length=200, blank=True)
    python_version = models.CharField(_("Python"), max_length=23, blank=True)

    objects: ClassVar[models.Manager["LastDetection"]] = models.Manager()

    class Meta:
        verbose_name = _("last detection")
        verbose_name_plural = _("last detections")
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"{self.stack} {self.request_version} {self.python_version}"
