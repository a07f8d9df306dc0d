"""What many apps do after a deployment: bring a database up to date, here a new one in a temporary file."""

import os
import sqlite3
import tempfile

path = os.environ.get("DATABASE_PATH") or os.path.join(tempfile.gettempdir(), "app.sqlite3")
with sqlite3.connect(path) as connection:
    connection.execute("CREATE TABLE IF NOT EXISTS visits (day TEXT PRIMARY KEY, count INTEGER NOT NULL)")
    tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
print(f"The database has these tables: {', '.join(tables)}")
