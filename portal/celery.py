"""The Celery application of the web side: tasks of `versions` and `builds`, found in their `tasks.py`.

The database's rows are the truth and a message only a hint (docs/architecture.md), so the embedded `filesystem://`
broker may lose one: a sweep finds what it lost.
"""

import os

from celery import Celery
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

app = Celery("portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

if settings.CELERY_BROKER_URL.startswith("filesystem:") and settings.PORTAL_HOME.is_dir():
    # The transport lists its folders before it ever writes to them. Without a home there is no installation to serve.
    for _folder in ("messages", "control"):
        (settings.PORTAL_HOME / "broker" / _folder).mkdir(parents=True, exist_ok=True, mode=0o700)
