"""Why an installation cannot be made or started."""


class InstallationTrouble(Exception):
    """The text is one sentence for whoever typed the command: what is wrong, and what to do about it."""
