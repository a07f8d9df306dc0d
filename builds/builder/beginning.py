"""The beginning of a build: at the portal, or without it from the last good table."""

import uuid
from dataclasses import replace

from builds.builder import NAME, VERSION
from builds.builder.downloading import cache_folder
from builds.builder.failures import NotBuildable
from builds.builder.kept_holds import HoldShelf
from builds.builder.kept_table import KeptTable, TableShelf
from builds.builder.offline import OfflinePortal
from builds.builder.order import Order
from builds.builder.portal import Hold, Portal, PortalAway, PortalRefusal
from builds.builder.sources import SourceCopy
from builds.builder.terminal import Terminal

_IMPATIENCE_SECONDS = 3.0  # whoever types the command wants to know soon


def table_shelf(portal: Portal) -> TableShelf:
    """Where this user keeps the last good tables, beside the archives."""
    return TableShelf(cache_folder().parent / "tables", portal.url)


def hold_shelf(portal: Portal, app: str) -> HoldShelf:
    """Where this user keeps what last held the app."""
    return HoldShelf(cache_folder().parent / "tables", portal.url, app)


def kept_answers(portal: Portal, app: str) -> KeptTable | None:
    """What a build of the app is answered from while the portal is away: the table, and its last known hold."""
    kept = table_shelf(portal).load()
    return replace(kept, hold=hold_shelf(portal, app).load()) if kept else None


def begin_build(order: Order, source: SourceCopy, portal: Portal, terminal: Terminal) -> tuple[Portal, Hold]:
    """Makes the build, and answers whom it is reported to: the portal, or what stands in for it while it is away.

    Raises NotBuildable with a sentence about whatever is in the way.
    """
    request = {
        "app": order.app,
        "stack": order.stack,
        "arch": order.arch,
        "source": {"kind": "folder", "ref": order.directory.resolve().name, "sha256": source.sha256},
        "builder": {"name": NAME, "version": VERSION},
        "trigger": order.trigger,
    }
    key = uuid.uuid4().hex
    shelf = table_shelf(portal)
    try:
        hold = portal.create_build(request, key, patience=_IMPATIENCE_SECONDS)
    except PortalAway as error:
        kept = kept_answers(portal, order.app)
        if kept is None:
            raise NotBuildable(f"The portal at {portal.url} cannot be reached: {error}.") from error
        offline = OfflinePortal(portal, kept)
        terminal.note(f"The portal at {portal.url} is away; building {order.app} on {order.stack} from revision")
        terminal.note(f"{kept.revision} of its table, kept here. The build is reported when the portal is back.")
        return offline, offline.create_build(request, key)
    except PortalRefusal as refusal:
        explanation = refusal.detail or refusal.title
        raise NotBuildable(
            f"The portal refuses the build: {explanation} ({refusal.code or refusal.status})"
        ) from refusal
    terminal.note(f"Build {hold.number} of {order.app} on {order.stack}: {hold.url}")
    shelf.keep(portal.whole_table())
    return portal, hold
