"""How Alembic reaches the tables: always over a connection that `oncu.storage.database` opened."""

from alembic import context

from oncu.storage.models import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
