"""The table behind Django's database cache, which counts sign-in attempts.

Written out instead of calling `createcachetable`, so that the owner's `migrate` alone makes everything there is.
"""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("portal", "0001_initial")]

    operations = [
        migrations.RunSQL(
            """
            CREATE TABLE portal_cache (
                cache_key varchar(255) NOT NULL PRIMARY KEY,
                value text NOT NULL,
                expires timestamp with time zone NOT NULL
            );
            CREATE INDEX portal_cache_expires ON portal_cache (expires);
            """,
            "DROP TABLE portal_cache;",
        )
    ]
