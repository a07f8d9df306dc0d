"""`manage.py prepare_contents`: what bin/run runs before it serves; safe to run at every start."""

import sys

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from portal.installation.contents import prepare
from portal.installation.home import Home
from portal.installation.supervision import Stopping, stop_on_signals
from portal.installation.trouble import InstallationTrouble


class Command(BaseCommand):
    help = "Migrates, collects static files and makes what a first run makes, as far as it is missing."
    requires_system_checks = ()

    def handle(self, **_options: object) -> None:
        stop_on_signals()
        try:
            prepare(Home(settings.PORTAL_HOME))
        except Stopping:
            sys.exit(130)
        except DatabaseError as error:
            sys.exit(f"The database cannot be prepared: {' '.join(str(error).split())}")
        except (CommandError, InstallationTrouble, OSError) as trouble:
            # bin/run says nothing more; a bare sentence reads better than Django's "CommandError: ".
            sys.exit(str(trouble))
