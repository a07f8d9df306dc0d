"""Vocabulary of reads of accounts and tokens."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import models

if TYPE_CHECKING:
    from portal.models import Token  # noqa: F401 - named in the quoted base below


class TokenQuerySet(models.QuerySet["Token"]):
    def unrevoked(self) -> "TokenQuerySet":
        """Tokens nobody has revoked; they may still have expired."""
        return self.filter(revoked_at__isnull=True)

    def usable_at(self, moment: datetime) -> "TokenQuerySet":
        return self.unrevoked().filter(models.Q(expires_at__isnull=True) | models.Q(expires_at__gt=moment))
