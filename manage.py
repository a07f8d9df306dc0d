#!/usr/bin/env python
"""Django's command line for the portal; `bin/manage` runs it inside an installation's environment."""

import os
import sys

from django.core.management import execute_from_command_line

from portal.env import SettingError

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    try:
        execute_from_command_line(sys.argv)
    except SettingError as error:
        sys.exit(str(error))
