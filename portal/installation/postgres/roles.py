"""The two roles and the database of one installation: the owner changes tables, the application works in them."""

import psycopg
from psycopg import sql

from portal.installation.postgres.cluster import Cluster

OWNER = "portal_owner"
APPLICATION = "portal_app"
DATABASE = "portal"


def owner_address(cluster: Cluster, name: str = DATABASE) -> str:
    """Address for migrations."""
    return cluster.address(user=OWNER, password=cluster.credentials.owner, name=name)


def application_address(cluster: Cluster, name: str = DATABASE) -> str:
    """Address for everything else."""
    return cluster.address(user=APPLICATION, password=cluster.credentials.application, name=name)


def prepare_roles(cluster: Cluster) -> None:
    """Make what is missing of both roles and the database; safe to run at every start."""
    with psycopg.connect(cluster.superuser_address(), autocommit=True) as connection:
        passwords = {OWNER: cluster.credentials.owner, APPLICATION: cluster.credentials.application}
        for role, password in passwords.items():
            if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone():
                connection.execute(
                    sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(sql.Identifier(role), sql.Literal(password))
                )
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
            names = {"database": sql.Identifier(DATABASE), "owner": sql.Identifier(OWNER)}
            connection.execute(sql.SQL("CREATE DATABASE {database} OWNER {owner}").format(**names))
    with psycopg.connect(cluster.superuser_address(DATABASE), autocommit=True) as connection:
        # Before PostgreSQL 15 everybody may make tables here, and the owner of the database may not.
        connection.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
        connection.execute(sql.SQL("GRANT ALL ON SCHEMA public TO {}").format(sql.Identifier(OWNER)))
