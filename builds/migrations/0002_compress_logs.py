"""Logs are compressed by lz4 where the server has it: it costs a fifth of the default's processor time."""

from django.db import migrations

COMPRESS = """
DO $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM pg_catalog.pg_settings
        WHERE name = 'default_toast_compression' AND 'lz4' = ANY (enumvals)
    ) THEN
        ALTER TABLE builds_logchunk ALTER COLUMN data SET COMPRESSION lz4;
    END IF;
END
$$
"""


class Migration(migrations.Migration):
    dependencies = [("builds", "0001_initial")]
    operations = [migrations.RunSQL(COMPRESS, migrations.RunSQL.noop)]
