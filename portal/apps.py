"""The site as a Django app: staff accounts, API tokens, and the pages that belong to neither of the two domain apps."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from portal.celery import app


class PortalConfig(AppConfig):
    name = "portal"
    verbose_name = _("Access")
    celery = app  # loaded with the apps, so that every process that enqueues a task knows the broker
