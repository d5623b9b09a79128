import pytest
from hypothesis import given
from hypothesis import strategies as st

from chopmark.pki.tlog.merkle import RightEdge, leaf_hash
from chopmark.pki.tlog.tiles import (
    Bundle,
    Tile,
    TileMalformed,
    TilePathMalformed,
    changed_bundles,
    changed_tiles,
    decode_bundle,
    decode_tile,
    encode_bundle,
    encode_tile,
    node_from_tiles,
    parse_path,
)


def test_it_works():
    assert Tile(0, 1234067).path == "tile/0/x001/x234/067"
    assert Tile(3, 5, 8).path == "tile/3/005.p/8"
    assert Bundle(1234067, 1).path == "tile/entries/x001/x234/067.p/1"
    assert Bundle(0).path == "tile/entries/000"


@given(st.integers(0, 63), st.integers(0, 2**48), st.integers(1, 256))
def test_a_path_is_read_as_it_was_written(level, index, width):
    assert parse_path(Tile(level, index, width).path) == Tile(level, index, width)
    assert parse_path(Bundle(index, width).path) == Bundle(index, width)


@pytest.mark.parametrize(
    "path",
    [
        "",
        "checkpoint",
        "tile/0/0",
        "tile/00/000",
        "tile/64/000",
        "tile/-1/000",
        "tile/0/x000/001",
        "tile/0/001/002",
        "tile/0/x001",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/01",
        "tile/0/000.p/",
        "tile/0/000/",
        "/tile/0/000",
        "tile/0/../000",
        "tile/0/٠٠١",
        "tile/0/000\n",
        "tile/entries/000.p/999",
    ],
)
def test_no_other_name_is_a_tile(path):
    with pytest.raises(TilePathMalformed):
        parse_path(path)


def test_a_tree_of_seventy_thousand_is_cut_as_the_specification_counts():
    tiles = list(changed_tiles(0, 70_000))
    widths = [[tile.width for tile in tiles if tile.level == level] for level in range(4)]

    assert widths == [[256] * 273 + [112], [256, 17], [1], []]
    assert [bundle.width for bundle in changed_bundles(0, 70_000)] == [256] * 273 + [112]


def test_a_tree_of_256_has_a_full_tile_and_one_hash_above_it():
    assert list(changed_tiles(0, 256)) == [Tile(0, 0), Tile(1, 0, 1)]


@given(st.integers(0, 200_000), st.integers(0, 70_000))
def test_growth_changes_exactly_the_tiles_that_were_not_there(old, more):
    before, after = set(changed_tiles(0, old)), set(changed_tiles(0, old + more))

    assert set(changed_tiles(old, old + more)) == after - before
    assert set(changed_bundles(old, old + more)) == set(changed_bundles(0, old + more)) - set(
        changed_bundles(0, old)
    )


def test_nothing_changes_without_growth():
    assert not list(changed_tiles(5, 5)) and not list(changed_bundles(256, 256))


@given(st.lists(st.binary(max_size=300), min_size=1, max_size=256))
def test_a_bundle_is_read_as_it_was_written(entries):
    assert decode_bundle(encode_bundle(entries), len(entries)) == entries


def test_an_entry_stands_behind_its_length_in_two_octets():
    assert encode_bundle([b"ab", b"", b"c" * 258]) == b"\x00\x02ab" + b"\x00\x00" + b"\x01\x02" + b"c" * 258


@pytest.mark.parametrize(
    ("octets", "width", "readable"),
    [
        (b"\x00\x02ab", 2, 1),
        (b"\x00\x02ab\x00\x01c", 1, 1),
        (b"\x00\x02ab\x00", 2, 1),
        (b"\x00\x02ab\x00", 1, 1),
        (b"\x00\x02a", 1, 0),
        (b"\x00", 1, 0),
        (b"", 1, 0),
    ],
)
def test_a_bundle_of_another_width_says_how_far_it_could_be_read(octets, width, readable):
    with pytest.raises(TileMalformed) as refusal:
        decode_bundle(octets, width)
    assert refusal.value.details["readable"] == readable


def test_a_tile_of_another_width_is_refused():
    assert decode_tile(encode_tile([b"a" * 32, b"b" * 32]), 2) == [b"a" * 32, b"b" * 32]
    with pytest.raises(TileMalformed):
        decode_tile(bytes(63), 2)


@pytest.mark.parametrize("size", [1, 255, 256, 257, 600, 66_000])
def test_every_node_can_be_had_from_the_tiles(size):
    hashes = [leaf_hash(b"%d" % at) for at in range(size)]
    above = {0: hashes}
    for level in (1, 2):
        below = above[level - 1]
        above[level] = [
            RightEdge().append(below[at : at + 256]).root() for at in range(0, len(below) - 255, 256)
        ]
    node = node_from_tiles(size, lambda tile: above[tile.level][tile.index * 256 :][: tile.width])

    for level in range(size.bit_length()):
        index = (size >> level) - 1
        span = hashes[index << level : (index + 1) << level]
        assert node(level, index) == RightEdge().append(span).root()
