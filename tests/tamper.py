"""Changing the trail behind the program's back."""

from sqlalchemy import Connection

# Who owns a database can take its guard away: that is why the trail is a chain.
UNGUARDED = {
    "sqlite": ("DROP TRIGGER audit_refuses_update", "DROP TRIGGER audit_refuses_delete"),
    "postgresql": ("DROP TRIGGER audit_refuses_change ON audit",),
}


def tamper(connection: Connection, *statements: str) -> None:
    """Take the guard of the trail away, and run these statements."""
    for statement in (*UNGUARDED[connection.dialect.name], *statements):
        connection.exec_driver_sql(statement)
