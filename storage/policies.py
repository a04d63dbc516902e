"""The second wall: row-level security of PostgreSQL, made from the same rules as the first.

The tables' owner, as whom crawling and reading run, is not bound by it; a plain role, as which the pages look, sees
nothing until it says for which person it asks, and then what is that person's.
"""

import re
from collections.abc import Iterator

from sqlalchemy import Connection, text

from oncu.config.problems import Problem

from .access import SECRETS, SEE_ALL_MONEY, SEE_EVERY_CLIENT, SEEN_CLIENTS, Sight, condition_of
from .models import metadata

PERSON = "current_setting('oncu.person', true)"
# Beside the trigger for single rows, which a TRUNCATE does not fire.
NO_TRUNCATE = """CREATE OR REPLACE TRIGGER audit_refuses_truncate BEFORE TRUNCATE ON public.audit
    EXECUTE FUNCTION public.audit_is_append_only()"""
# The roles a grant names by themselves, not as everybody: those of `grant_reader`, and the owner.
READERS = """SELECT r.rolname FROM pg_proc p, aclexplode(p.proacl) a JOIN pg_roles r ON r.oid = a.grantee
    WHERE p.oid = 'public.oncu_seen()'::regprocedure AND a.grantee <> p.proowner"""
GUARDED = """SELECT c.relname FROM pg_class c JOIN pg_policy p ON p.polrelid = c.oid
    WHERE c.relrowsecurity AND c.relnamespace = 'public'::regnamespace"""
FREEDOMS = """SELECT r.rolsuper, r.rolbypassrls, EXISTS (SELECT 1 FROM pg_class c
        WHERE c.relname = 'clients' AND c.relnamespace = 'public'::regnamespace
        AND pg_has_role(r.oid, c.relowner, 'USAGE')) AS owns
    FROM pg_roles r WHERE r.rolname = """
DAY = "CAST(NULLIF(current_setting('oncu.day', true), '') AS date)"


def install_policies(connection: Connection) -> None:
    """Make the functions, policies and triggers as this version has them; nothing on other engines. Safe to repeat."""
    if connection.dialect.name != "postgresql":
        return
    for statement in (*_functions(), *_policies(), NO_TRUNCATE):
        connection.exec_driver_sql(statement)
    for role in connection.execute(text(READERS)).scalars().all():
        _grant(connection, role)  # tables and columns that came since


def grant_reader(connection: Connection, role: str) -> None:
    """Let a plain role of PostgreSQL look at all tables, rows as the policies say and no secrets. Raises Problem."""
    if connection.dialect.name != "postgresql":
        raise Problem("only PostgreSQL has roles; on SQLite the pages see what the wall lets through")
    if not re.fullmatch(r"[a-z_][a-z0-9_]{0,62}", role):
        raise Problem(f"role {role!r} cannot be a role's name; write small letters, digits and _")
    if (why := why_free(connection, role)) is not None:
        raise Problem(f"role {role!r} cannot look for the pages: {why}; make a plain one: CREATE ROLE {role} LOGIN")
    _grant(connection, role)


def _grant(connection: Connection, role: str) -> None:
    connection.exec_driver_sql(f'GRANT USAGE ON SCHEMA public TO "{role}"')
    connection.exec_driver_sql(f'GRANT EXECUTE ON FUNCTION public.oncu_seen() TO "{role}"')
    for table, found in metadata.tables.items():
        shown = ", ".join(f'"{column.name}"' for column in found.columns if (table, column.name) not in SECRETS)
        connection.exec_driver_sql(f'REVOKE ALL ON public.{table} FROM "{role}"')
        connection.exec_driver_sql(f'GRANT SELECT ({shown}) ON public.{table} TO "{role}"')


def unguarded_tables(connection: Connection) -> list[str]:
    """The tables that no policy guards; all are guarded after `oncu init`. Nothing on SQLite."""
    if connection.dialect.name != "postgresql":
        return []
    return sorted(metadata.tables.keys() - set(connection.execute(text(GUARDED)).scalars()))


def why_free(connection: Connection, role: str | None = None) -> str | None:
    """Why policies do not bind a role of PostgreSQL (by default the one that is connected); None where they do."""
    who = "current_user" if role is None else ":role"
    found = connection.execute(text(FREEDOMS + who), {"role": role} if role else {}).one_or_none()
    if found is None:
        return "there is none"
    reasons = {
        "it is a superuser": found.rolsuper,
        "it has BYPASSRLS": found.rolbypassrls,
        "it owns the tables": found.owns,
    }
    return next((why for why, holds in reasons.items() if holds), None)


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
