"""The tree as the authority's tables have it: leaves by their positions, and the hashes over full tiles."""

from collections.abc import Iterable

from django.db import connection

from chopmark.authority.transparency.models import FullTile
from chopmark.publiclog.tree import Octets, Tree


class _Rows:
    """What `Tree` reads, and checks."""

    def leaves(self, start: int, end: int) -> Iterable[tuple[int, Octets, Octets]]:
        with connection.cursor() as cursor:
            cursor.execute(
                """
                select sequenced.position, leaf.entry, leaf.leaf_hash from transparency_position sequenced
                join audit_leaf leaf on leaf.id = sequenced.leaf_id
                where sequenced.position >= %s and sequenced.position < %s order by sequenced.position
                """,
                [start, end],
            )
            return list(cursor.fetchall())

    def full_tiles(self, level: int, start: int, end: int) -> Iterable[Octets]:
        tiles = FullTile.objects.filter(level=level, index__gte=start, index__lt=end).order_by("index")
        return tiles.values_list("root_hash", flat=True)


TREE = Tree(_Rows())
