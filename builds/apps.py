"""Apps, their builds, and what every build printed."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from versions.domain.providers import register_failing, register_impact, register_watch


class BuildsConfig(AppConfig):
    name = "builds"
    verbose_name = _("Builds")

    def ready(self) -> None:
        """Tells the version table who counts apps and who watches builds; models have to be there first."""
        register_impact("builds.selectors.impact.impact_counts")
        register_failing("builds.selectors.impact.newly_failing")
        register_watch("builds.selectors.watch.revision_watch")
