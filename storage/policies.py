"""The second wall: row-level security of PostgreSQL, made from the same rules as the first.

The tables' owner, as whom crawling and reading run, is not bound by it; a plain role, as which the pages look, sees
nothing until it says for which person it asks, and then what is that person's.
"""

import re
from collections.abc import Iterator

from sqlalchemy import Connection

from oncu.config.problems import Problem

from .access import SECRETS, SEE_ALL_MONEY, SEE_EVERY_CLIENT, SEEN_CLIENTS, Sight, condition_of
from .models import metadata

PERSON = "current_setting('oncu.person', true)"
DAY = "CAST(NULLIF(current_setting('oncu.day', true), '') AS date)"


def install_policies(connection: Connection) -> None:
    """Make the functions and policies as this version has them; nothing on other engines. Safe to repeat."""
    if connection.dialect.name != "postgresql":
        return
    for statement in (*_functions(), *_policies()):
        connection.exec_driver_sql(statement)


def grant_reader(connection: Connection, role: str) -> None:
    """Let a plain role of PostgreSQL look at all tables, rows as the policies say and no secrets. Raises Problem."""
    if connection.dialect.name != "postgresql":
        raise Problem("only PostgreSQL has roles; on SQLite the pages see what the wall lets through")
    if not re.fullmatch(r"[a-z_][a-z0-9_]{0,62}", role):
        raise Problem(f"role {role!r} cannot be a role's name; write small letters, digits and _")
    connection.exec_driver_sql(f'GRANT USAGE ON SCHEMA public TO "{role}"')
    for table, found in metadata.tables.items():
        shown = ", ".join(f'"{column.name}"' for column in found.columns if (table, column.name) not in SECRETS)
        connection.exec_driver_sql(f'REVOKE ALL ON public.{table} FROM "{role}"')
        connection.exec_driver_sql(f'GRANT SELECT ({shown}) ON public.{table} TO "{role}"')


def _functions() -> Iterator[str]:
    roles = f"""SELECT r.role::text FROM public.person_roles r JOIN public.people p ON p.name = r.person
        WHERE p.is_active AND p.name = {PERSON}"""
    seen = SEEN_CLIENTS.format(s="public.", person=PERSON, day=DAY)
    yield _function("oncu_roles", "SETOF text", roles)
    yield _function("oncu_seen", "TABLE (client_id text, money integer)", seen)
    for name, some in (("oncu_sees_every", SEE_EVERY_CLIENT), ("oncu_sees_money", SEE_ALL_MONEY)):
        listed = ", ".join(map(repr, some))
        yield _function(name, "boolean", f"SELECT EXISTS (SELECT 1 FROM public.oncu_roles() r WHERE r IN ({listed}))")


def _function(name: str, returns: str, body: str) -> str:
    options = "LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp"
    return f"CREATE OR REPLACE FUNCTION public.{name}() RETURNS {returns} {options} AS $$ {body} $$"


def _policies() -> Iterator[str]:
    sight = Sight(
        schema="public.",
        every="(SELECT public.oncu_sees_every())",
        money="(SELECT public.oncu_sees_money())",
        clients="SELECT s.client_id FROM public.oncu_seen() s",
        rich="SELECT s.client_id FROM public.oncu_seen() s WHERE s.money = 1",
        person=PERSON,
        role=lambda role: f"EXISTS (SELECT 1 FROM public.oncu_roles() r WHERE r = '{role}')",
    )
    for table in metadata.tables:
        yield f"ALTER TABLE public.{table} ENABLE ROW LEVEL SECURITY"
        yield f"DROP POLICY IF EXISTS oncu_reader ON public.{table}"
        yield f"CREATE POLICY oncu_reader ON public.{table} FOR SELECT USING ({condition_of(table, sight)})"
