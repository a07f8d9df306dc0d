"""Apps, their builds, and what every build printed."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from versions.domain.providers import register_impact


class BuildsConfig(AppConfig):
    name = "builds"
    verbose_name = _("Builds")

    def ready(self) -> None:
        """Tells the version table who counts the apps that a change touches; models have to be there first."""
        register_impact("builds.selectors.impact.impact_counts")
