"""The tree as the owner's tables have it: a leaf has its position in its own row, and full tiles have theirs."""

from collections.abc import Iterable

from chopmark.publiclog.tree import Octets, Tree
from chopmark.strongroom.models import FullTile, Leaf


class _Rows:
    """What `Tree` reads, and checks."""

    def leaves(self, start: int, end: int) -> Iterable[tuple[int, Octets, Octets]]:
        placed = Leaf.objects.filter(position__gte=start, position__lt=end).order_by("position")
        return placed.values_list("position", "entry", "leaf_hash")

    def full_tiles(self, level: int, start: int, end: int) -> Iterable[Octets]:
        tiles = FullTile.objects.filter(level=level, index__gte=start, index__lt=end).order_by("index")
        return tiles.values_list("root_hash", flat=True)


TREE = Tree(_Rows())


def size() -> int:
    """How many leaves have committed; each has its place, so this is the next one's."""
    last = Leaf.objects.order_by("-position").values_list("position", flat=True).first()
    return 0 if last is None else last + 1
