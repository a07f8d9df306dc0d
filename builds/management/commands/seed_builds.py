"""`manage.py seed_builds N`: builds in bulk, for measuring. Never for a portal that people rely on."""

from django.core.management.base import BaseCommand, CommandError, CommandParser

from builds.domain.messages import explain
from builds.services.rolling_up import refresh_groups, roll_up_hours
from builds.services.seeding import seed_builds
from versions.domain.refusals import Refusal


class Command(BaseCommand):
    help = "Adds N realistic builds of the last 90 days, for measuring. They stay; use a database of their own."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("count", type=int, metavar="N")

    def handle(self, *args: object, **options: object) -> None:
        count = options["count"]
        assert isinstance(count, int)
        if count < 1:
            raise CommandError("Write how many builds to make, 1 or more.")
        try:
            seeded = seed_builds(count=count, told=lambda done: self.stdout.write(f"{done} builds"))
        except Refusal as refusal:
            raise CommandError(
                f"Builds need a published table. {explain(refusal.code, refusal.facts).text}"
            ) from refusal
        roll_up_hours()
        refresh_groups()
        self.stdout.write(f"Made {seeded.builds} builds of {seeded.apps} apps.")
