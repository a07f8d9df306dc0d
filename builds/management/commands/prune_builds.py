"""`manage.py prune_builds`: what retention would delete now, or with `--delete` does."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from builds.management.shell import told_on_the_terminal
from builds.services.retaining import prune_builds


class Command(BaseCommand):
    help = "Counts the builds that the retention settings let go; with --delete, deletes them."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--delete", action="store_true", help="delete them; without it nothing changes")

    def handle(self, *args: object, **options: object) -> None:
        with told_on_the_terminal("prune_builds"):
            run = prune_builds(policy=settings.RETENTION_POLICY, is_dry_run=not options["delete"])
        verb = "would be deleted" if run.is_dry_run else "deleted"
        self.stdout.write(
            f"{run.builds} builds {verb}: {run.builds_by_age} by age, {run.builds_by_number} by number, "
            f"{run.builds_by_size} by size; {run.log_bytes} bytes of logs."
        )
