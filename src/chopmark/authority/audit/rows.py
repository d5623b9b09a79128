"""What `leave(rows=…)` writes down of a row that an act adds for good."""

from django.db import models

from chopmark.pki.tlog.promise import promised, promiser

__all__ = ["promise", "promiser"]


def promise(row: models.Model) -> str:
    """The row's table and the digest of its values."""
    fields = row._meta.concrete_fields  # noqa: SLF001  # Django's documented way to a model's columns
    return promised(row._meta.db_table, {str(field.column): getattr(row, field.attname) for field in fields})  # noqa: SLF001
