"""Questions that screens, endpoints and the builds app ask about versions, answered with finished values."""

from versions.selectors.pending import pending_table
from versions.selectors.published import PublishedTable, RevisionRow, published_table, revision_rows

__all__ = ["PublishedTable", "RevisionRow", "pending_table", "published_table", "revision_rows"]
