"""The database of one installation: the embedded server, or the one that DATABASE_URL names."""

import os
from collections.abc import Mapping

import psycopg

from portal.installation.home import Home
from portal.installation.postgres.cluster import Cluster, Credentials
from portal.installation.postgres.roles import application_address, owner_address, prepare_roles
from portal.installation.trouble import InstallationTrouble

REACH_SECONDS = 10


def embedded_cluster(home: Home, keys: Mapping[str, str]) -> Cluster:
    """The server whose data lies in this home; not started yet."""
    credentials = Credentials(
        superuser=keys["database_superuser"],
        owner=keys["database_owner"],
        application=keys["database_application"],
    )
    return Cluster(home.postgres, log=home.log("postgres"), credentials=credentials)


def is_external() -> bool:
    """Whether the user named a server of their own."""
    return bool(os.environ.get("DATABASE_URL"))


def external_addresses() -> dict[str, str]:
    """The user's addresses, after one connection to each. Raises InstallationTrouble."""
    addresses = {name: os.environ[name] for name in ("DATABASE_URL", "DATABASE_OWNER_URL") if os.environ.get(name)}
    for name, address in addresses.items():
        try:
            psycopg.connect(address, connect_timeout=REACH_SECONDS).close()
        except psycopg.Error as error:
            words = " ".join(str(error).split())
            raise InstallationTrouble(f"The database that {name} names cannot be reached: {words}") from error
    return addresses


def embedded_addresses(cluster: Cluster) -> dict[str, str]:
    """Both addresses of the running embedded server, its roles and database made."""
    prepare_roles(cluster)
    return {"DATABASE_URL": application_address(cluster), "DATABASE_OWNER_URL": owner_address(cluster)}
