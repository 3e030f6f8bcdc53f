"""How migrations reach the database: each runs in one transaction."""

from alembic import context

from training_app.core.db import Model, UtcDateTime, db


def _render(kind, item, autogen_context):
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


def _compare_type(_context, _inspected, _metadata, inspected_type, metadata_type):
    # SQLite keeps no time zone in a column's type; there is nothing to compare.
    if isinstance(metadata_type, UtcDateTime):
        return False
    return None


def run() -> None:
    engine = db.engine
    with engine.connect() as connection:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if engine.dialect.name == "sqlite" else "BEGIN")
        context.configure(
            connection=connection,
            target_metadata=Model.metadata,
            render_item=_render,
            compare_type=_compare_type,
            render_as_batch=engine.dialect.name == "sqlite" and context.config.attributes.get("batch", False),
            transactional_ddl=False,
        )
        context.run_migrations()
        connection.commit()


run()
