"""Data that all tests of a module or class start from, written once for them all."""

from collections.abc import Callable, Iterator

from django.db import transaction
from pytest_django import DjangoDbBlocker


def standing_data(blocker: DjangoDbBlocker, write: Callable[[], object]) -> Iterator[None]:
    """The body of a fixture of such a scope: `yield from standing_data(django_db_blocker, write)`.

    Each test still undoes what it wrote itself, and everything is undone at the end. Only where no test commits
    (`transactional_db`), since what stands here never is committed.
    """
    with blocker.unblock():
        around_all = transaction.atomic()
        around_all.__enter__()
        try:
            write()
        except BaseException as error:
            around_all.__exit__(type(error), error, error.__traceback__)
            raise
    yield
    with blocker.unblock():
        transaction.set_rollback(True)
        around_all.__exit__(None, None, None)
