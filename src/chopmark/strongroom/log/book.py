"""The owner's heads, as what all public logs do alike reads them."""

from chopmark.publiclog.heads import Head
from chopmark.strongroom.models import LogCheckpoint


def newest() -> Head | None:
    """The largest head that was signed."""
    return head_of(LogCheckpoint.objects.order_by("size").last())


def head_of(row: LogCheckpoint | None) -> Head | None:
    """The row as a value that nobody can change."""
    if row is None:
        return None
    return Head(
        size=row.size,
        root_hash=bytes(row.root_hash),
        right_edge=bytes(row.right_edge),
        note=row.note,
        signed_at=row.signed_at,
    )
