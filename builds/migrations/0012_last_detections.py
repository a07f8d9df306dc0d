"""Keeps every app's last detection beside the app: what a whole fleet is counted by, however many builds there are."""

import django.db.models.deletion
from django.db import migrations, models

WHAT_IS_KNOWN = """
INSERT INTO builds_lastdetection
    (app_id, build_id, created_at, stack, arch, request_version, request_origin, python_version)
SELECT a.id, b.* FROM builds_app a CROSS JOIN LATERAL (
    SELECT b.id, b.created_at, b.stack, b.arch, b.request_version, b.request_origin, b.python_version
    FROM builds_build b WHERE b.app_id = a.id AND b.detection IS NOT NULL
    ORDER BY b.created_at DESC, b.id DESC LIMIT 1
) b
"""


class Migration(migrations.Migration):
    dependencies = [("builds", "0011_plan_lists_of_apps")]
    operations = [
        migrations.CreateModel(
            name="LastDetection",
            fields=[
                (
                    "app",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="last_detection",
                        serialize=False,
                        to="builds.app",
                        verbose_name="app",
                    ),
                ),
                ("build_id", models.BigIntegerField(verbose_name="build")),
                ("created_at", models.DateTimeField(verbose_name="created at")),
                ("stack", models.CharField(max_length=63, verbose_name="stack")),
                ("arch", models.CharField(max_length=20, verbose_name="architecture")),
                ("request_version", models.CharField(blank=True, max_length=200, verbose_name="requested version")),
                ("request_origin", models.CharField(blank=True, max_length=200, verbose_name="request from")),
                ("python_version", models.CharField(blank=True, max_length=23, verbose_name="Python")),
            ],
            options={
                "verbose_name": "last detection",
                "verbose_name_plural": "last detections",
                "default_permissions": ("view",),
            },
        ),
        migrations.RunSQL(WHAT_IS_KNOWN, migrations.RunSQL.noop),
        migrations.RunSQL("ANALYZE builds_lastdetection", migrations.RunSQL.noop),
    ]
