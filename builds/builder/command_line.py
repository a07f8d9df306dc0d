"""The builder's arguments and variables, understood or refused in one sentence."""

import argparse
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from builds.builder.failures import NotBuildable
from builds.builder.order import Order, WorkOrder
from builds.domain.queueing import DEFAULT_INSTALLATION

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
_BROKERS = ("filesystem", "redis", "rediss", "amqp", "amqps")
_SOURCE_HOSTS = "github.com,codeload.github.com"
_CHECKOUT = Path(__file__).resolve().parents[2]
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True, slots=True)
class CommandLine:
    """An order, and the portal it is reported to. `buildpack`: the folder of the one to run, None for our own way."""

    order: Order | WorkOrder
    portal_url: str
    token: str
    buildpack: Path | None = None


def read_command_line(arguments: Sequence[str], environment: Mapping[str, str], token: str) -> CommandLine:
    """Raises NotBuildable for what cannot be meant; exits with status 2 for what is no argument at all."""
    options = _parser().parse_args(arguments)
    names = [("stack", options.stack)] if options.is_work else [("app", options.app), ("stack", options.stack)]
    for what, name in names:
        if not _NAME.fullmatch(name):
            raise NotBuildable(f"{name!r} cannot be the name of a{'n' * (what == 'app')} {what}: write a-z, 0-9 and -.")
    url = options.portal or environment.get("PORTAL_URL", "")
    if urlsplit(url).scheme not in {"http", "https"} or not urlsplit(url).hostname:
        raise NotBuildable("PORTAL_URL does not name the portal; write an address such as http://127.0.0.1:8000.")
    if not token.strip():
        raise NotBuildable("PORTAL_TOKEN is not set; it needs a token with the scope builds:write.")
    if not token.strip().isascii() or not token.strip().isprintable():
        raise NotBuildable("PORTAL_TOKEN holds characters that no token has.")
    if options.is_work:
        return CommandLine(_work_order(options, environment), url, token.strip())
    if options.output and options.output.exists():
        raise NotBuildable(f"{options.output} exists already; --output needs a folder that it can make.")
    order = Order(
        directory=options.directory,
        app=options.app,
        stack=options.stack,
        variables=_variables(options.env_file) if options.env_file else {},
        output=options.output,
        trigger=options.trigger,
        is_unsafe_allowed=options.unsafe_no_sandbox,
        is_boot_checked=options.boot_check,
    )
    return CommandLine(order, url, token.strip(), options.buildpack)


def _work_order(options: argparse.Namespace, environment: Mapping[str, str]) -> WorkOrder:
    """Broker and its folder are found as the portal finds them: by the same variables with the same defaults."""
    broker = options.broker or environment.get("CELERY_BROKER_URL") or "filesystem://"
    if broker.partition("://")[0] not in _BROKERS or "://" not in broker:
        raise NotBuildable(f"The broker's address must begin with one of {', '.join(f'{b}://' for b in _BROKERS)}.")
    home = Path(environment.get("PORTAL_HOME") or _CHECKOUT / "var").expanduser().absolute()
    if broker.startswith("filesystem:") and not (home / "broker").is_dir():
        raise NotBuildable(
            f"{home} holds no broker; name the portal's PORTAL_HOME, or the broker that it uses in CELERY_BROKER_URL."
        )
    return WorkOrder(
        stack=options.stack,
        broker=broker,
        folder=home / "broker",
        installation=environment.get("CELERY_QUEUE") or DEFAULT_INSTALLATION,
        output=options.output,
        source_hosts=tuple(host.strip() for host in options.source_hosts.split(",") if host.strip()),
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m builds.builder", description="Builds Python apps and reports to the portal."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    build = commands.add_parser("build", help="build the app in a folder", description="Builds the app in a folder.")
    build.set_defaults(buildpack=None, is_work=False)
    _add_build_options(build)
    build.add_argument(
        "--boot-check", action="store_true", help="start the Procfile's web command and see it listen on $PORT"
    )
    text = "Runs an unmodified buildpack on the app in a folder."
    buildpack = commands.add_parser("buildpack", help="run an existing buildpack", description=text)
    buildpack.add_argument("buildpack", type=Path, metavar="BUILDPACK_DIR", help="folder that holds bin/compile")
    buildpack.set_defaults(boot_check=False, is_work=False)
    _add_build_options(buildpack)
    _add_work(commands)
    return parser


def _add_work(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    text = "Takes builds from a stack's queue, one after the other, until it is told to stop."
    work = commands.add_parser("work", help="take builds from a stack's queue", description=text)
    work.set_defaults(buildpack=None, is_work=True)
    work.add_argument("--stack", required=True, help="stack whose builds are taken, such as scalingo-22")
    _add_portal_option(work)
    work.add_argument("--broker", default="", metavar="URL", help="message broker (default: $CELERY_BROKER_URL)")
    work.add_argument("--output", type=Path, metavar="DIR", help="folder in which each built app is kept")
    work.add_argument(
        "--source-hosts",
        default=_SOURCE_HOSTS,
        metavar="HOSTS",
        help=f"hosts that sources may be fetched from, beside the portal (default: {_SOURCE_HOSTS})",
    )


def _add_build_options(build: argparse.ArgumentParser) -> None:
    build.add_argument("directory", type=Path, metavar="DIR", help="root folder of the app; it is copied, not changed")
    build.add_argument("--app", required=True, help="name of the app")
    build.add_argument("--stack", required=True, help="stack to build on, such as scalingo-22")
    _add_portal_option(build)
    build.add_argument("--env-file", type=Path, metavar="FILE", help="NAME=value lines for the app; values stay secret")
    build.add_argument("--output", type=Path, metavar="DIR", help="new folder that the built app is kept in")
    build.add_argument("--trigger", default="command line", help="what the build's page says about its cause")
    build.add_argument(
        "--unsafe-no-sandbox",
        action="store_true",
        help="run the app's code unconfined where bubblewrap does not work; recorded on the build",
    )


def _add_portal_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--portal", default="", metavar="URL", help="address of the portal (default: $PORTAL_URL)")


def _variables(path: Path) -> dict[str, str]:
    """The app's configuration from NAME=value lines; empty lines and those that begin with # are passed over."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise NotBuildable(f"{path} cannot be read as text: {error}.") from error
    variables = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        name, separator, value = line.partition("=")
        if not separator or not _VARIABLE.fullmatch(name.strip()) or "\0" in value:
            raise NotBuildable(f"Line {number} of {path} is not of the form NAME=value.")
        variables[name.strip()] = value.strip()
    return variables
