"""Tampering with what is public: tiles, bundles, the checkpoint, certificates and lists; and forks under the log's own key."""

import base64
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from random import Random  # noqa: TID251  a blow must come again by its seed

from chopmark.config.audit.fault import Fault
from chopmark.pki.tlog.merkle import HASH_SIZE, RightEdge, leaf_hash
from chopmark.pki.tlog.note import signature_line, signed_text
from chopmark.pki.tlog.tiles import Bundle, parse_path
from chopmark.verifier.tiles import split_bundle
from tampering.rows import Named, Table, ask, flipped
from tampering.side import Stage
from verifier.loghouse import LogHouse


def names_file(path: Path, root: Path) -> Named:
    """The file by its path; or an entry that this very tile or bundle is about."""
    name = path.relative_to(root).as_posix()
    if name == "checkpoint":
        return lambda fault: (
            fault.check == "log"
            and any(said in fault.sentence for said in (" checkpoint ", " checkpoint.", "it ends at "))
        )
    if not name.startswith("tile/"):
        return lambda fault: (
            fault.about in (name, path.name)
            or fault.sentence in (f"there is no {path.name}", f"there is no {name}")
        )
    tile = parse_path(name)
    about = Bundle(tile.index, tile.width).path
    is_level_0 = isinstance(tile, Bundle) or tile.level == 0
    return lambda fault: (
        name in (fault.about, *fault.sentence.replace(":", " ").replace(",", " ").split(" "))
        or (is_level_0 and about in fault.sentence)
        or name + "." in fault.sentence
    )


def flip(path: Path, scene: Stage, random: Random) -> None:
    path.write_bytes(flipped(path.read_bytes(), random))


def exchange(path: Path, scene: Stage, random: Random) -> None:
    """Two files of one kind change places."""
    others = [other for other in siblings(path) if other.read_bytes() != path.read_bytes()]
    other = random.choice(others)
    ours, theirs = path.read_bytes(), other.read_bytes()
    path.write_bytes(theirs)
    other.write_bytes(ours)


def siblings(path: Path) -> list[Path]:
    beside = path.parent.parent if path.suffix == ".crt" else path.parent
    return sorted(beside.rglob(f"*{path.suffix}"))


def drop(path: Path, scene: Stage, random: Random) -> None:
    path.unlink()


def truncate(path: Path, scene: Stage, random: Random) -> None:
    octets = path.read_bytes()
    path.write_bytes(octets[: random.randrange(len(octets))])


def duplicate(path: Path, scene: Stage, random: Random) -> None:
    """One of its items a second time; of a file without items, all of it."""
    items = items_of(path)
    # A signature that stands there twice says nothing new.
    at = random.randrange(3 if path.name == "checkpoint" else len(items))
    path.write_bytes(b"".join([*items[: at + 1], *items[at:]]))


def reorder(path: Path, scene: Stage, random: Random) -> None:
    """Two different items change places; a file that has only one changes places with another file."""
    items = items_of(path)
    if path.suffix:
        exchange(path, scene, random)
        return
    pairs = [(one, two) for one in range(len(items)) for two in range(one) if items[one] != items[two]]
    if not pairs:
        path.write_bytes(path.read_bytes()[::-1])
        return
    one, two = random.choice(pairs)
    items[one], items[two] = items[two], items[one]
    path.write_bytes(b"".join(items))


def back_date(path: Path, scene: Stage, random: Random) -> None:
    """What was true before: an older checkpoint, an older list, an entry that says an earlier hour."""
    if path.name == "checkpoint":
        notes = ask(f"select note from {scene.side.head} order by size")[:-1]
        path.write_text(random.choice(notes)[0])
    elif path.suffix == ".crl":
        path.write_bytes(random.choice(older_lists(path)))
    else:
        items = items_of(path)
        at = random.randrange(len(items))
        entry = dated_back(items[at][2:], random)
        items[at] = len(entry).to_bytes(2, "big") + entry
        path.write_bytes(b"".join(items))


def older_lists(path: Path) -> list[bytes]:
    older = """
        select old.crl_der from publication_crl old join publication_crl newest using (issuer_id, shard)
        where newest.crl_der = %s and old.number < newest.number
    """
    return [bytes(der) for (der,) in ask(older, path.read_bytes())]


def dated_back(entry: bytes, random: Random) -> bytes:
    said = json.loads(entry)
    said["at"] -= random.randint(100_000, 9_000_000)
    return json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def items_of(path: Path) -> list[bytes]:
    octets, name = path.read_bytes(), path.as_posix()
    if "/tile/entries/" in name:
        return [len(entry).to_bytes(2, "big") + entry for entry in split_bundle(octets)[0]]
    if "/tile/" in name:
        return [octets[at : at + HASH_SIZE] for at in range(0, len(octets), HASH_SIZE)]
    return octets.splitlines(keepends=True) if name.endswith("checkpoint") else [octets]


VERBS = {
    "flip": flip,
    "drop": drop,
    "duplicate": duplicate,
    "reorder": reorder,
    "back-date": back_date,
    "truncate": truncate,
}
# Hashes have no hour, and of a certificate there is no older one.
NO_MOMENT = frozenset({"certificate", "tile"})


def kinds(scene: Stage) -> dict[str, list[Path]]:
    """The files by what they are, without half-written ones and locks."""
    tiles = sorted(
        path for path in scene.log.glob("tile/**/*") if path.is_file() and not path.name.startswith(".")
    )
    bundles = [path for path in tiles if "/tile/entries/" in path.as_posix()]
    return {
        "bundle": bundles,
        "tile": [path for path in tiles if path not in bundles and is_read(path, scene)],
        "checkpoint": [scene.log / "checkpoint"],
        "certificate": sorted([*scene.public.glob("ca/*.crt"), *scene.public.glob("repository/*.crt")]),
        "list": sorted(scene.public.glob("crl/*.crl")),
    }


def suitable(kind: str, verb: object, scene: Stage) -> list[Path]:
    paths = kinds(scene)[kind]
    if verb is drop:
        return [path for path in paths if is_of_the_newest_head(path, scene)]
    if verb is back_date and kind == "list":
        return [path for path in paths if older_lists(path)]
    return paths


def is_read(path: Path, scene: Stage) -> bool:
    """Above the entries only the tiles of the newest head are read: a narrower one can be made from them."""
    tile = parse_path(path.relative_to(scene.log).as_posix())
    return isinstance(tile, Bundle) or tile.level == 0 or is_of_the_newest_head(path, scene)


def public_size(scene: Stage) -> int:
    return int(ask(f"select max(size) from {scene.side.head}")[0][0])


def is_of_the_newest_head(path: Path, scene: Stage) -> bool:
    """Narrower ones may go when a wider one has their beginning (C2SP tlog-tiles, "Partial tiles")."""
    if "/tile/" not in path.as_posix():
        return True
    tile = parse_path(path.relative_to(scene.log).as_posix())
    level = 0 if isinstance(tile, Bundle) else tile.level
    return tile.width == min(256, public_size(scene) // 256**level - tile.index * 256)


# --- forks ---


def entries(scene: Stage) -> list[bytes]:
    log = scene.side.log
    said = (
        f"select leaf.entry from {log.placed} placed join {log.leaves} leaf on leaf.id = placed.leaf_id"
        " order by placed.position"
    )
    return [bytes(entry) for (entry,) in ask(said)][: public_size(scene)]


def note(scene: Stage, size: int, root: bytes) -> str:
    key = scene.side.log.own_key()
    body = f"{key.name}\n{size}\n{base64.b64encode(root).decode()}\n"
    return signed_text(body, [signature_line(key, scene.sign(body.encode()))])


def edge_over(entries: Sequence[bytes]) -> RightEdge:
    return RightEdge().append(leaf_hash(entry) for entry in entries)


def publish_another(scene: Stage, others: Sequence[bytes]) -> None:
    """The folder as an honest keeper of these other entries would have it, signed by the right key."""
    LogHouse(scene.log).build(others)
    (scene.log / "checkpoint").write_text(note(scene, len(others), edge_over(others).root()))


def fork_rewritten(scene: Stage, random: Random) -> Named:
    """One entry says an earlier hour, and every tile and the head say so too."""
    ours = entries(scene)
    at = random.randrange(len(ours))
    publish_another(scene, [*ours[:at], dated_back(ours[at], random), *ours[at + 1 :]])
    return lambda fault: fault.check == "log" and spans(fault, at)


def fork_reordered(scene: Stage, random: Random) -> Named:
    ours = entries(scene)
    one, two = sorted(random.sample(range(len(ours)), 2))
    others = list(ours)
    others[one], others[two] = others[two], others[one]
    publish_another(scene, others)
    return lambda fault: fault.check == "log" and (spans(fault, one) or spans(fault, two))


def fork_extended(scene: Stage, random: Random) -> Named:
    """The world is shown acts that the database does not know."""
    ours = entries(scene)
    publish_another(scene, [*ours, *(dated_back(random.choice(ours), random) for _ in range(3))])
    return lambda fault: fault.about == f"entry {len(ours)}"


def fork_shortened(scene: Stage, random: Random) -> Named:
    """The newest entries are taken back."""
    ours = entries(scene)
    size = random.randrange(1, len(ours))
    publish_another(scene, ours[:size])
    return lambda fault: (
        fault.check in ("log", "checkpoint")
        and (fault.about == str(size) or f"it ends at {size}," in fault.sentence)
    )


def fork_head(scene: Stage, random: Random) -> Named:
    """A second head of the same size, signed by the right key, in the public folder alone."""
    size = len(entries(scene))
    (scene.log / "checkpoint").write_text(note(scene, size, random.randbytes(32)))
    return lambda fault: fault.check == "log" and f"to {size - 1}." in fault.sentence


def fork_head_row(scene: Stage, random: Random) -> Named:
    """A head in the database is replaced by one over other leaves: row, edge and note agree with one another."""
    table = Table(scene.side.head, random, scene.side)
    row = random.choice(table.rows)
    ours = entries(scene)[: row["size"]]
    at = random.randrange(len(ours))
    edge = edge_over([*ours[:at], dated_back(ours[at], random), *ours[at + 1 :]])
    named = table.named(row)
    table.write(row, "root_hash", edge.root())
    table.write(row, "right_edge", edge.to_bytes())
    table.write(row, "note", note(scene, row["size"], edge.root()))
    return named


def rewritten_leaf(scene: Stage, random: Random) -> Named:
    """A leaf in the database says an earlier hour, and its hash agrees."""
    table = Table(scene.side.leaf, random, scene.side)
    row = random.choice(table.rows)
    named = table.named(row)
    entry = dated_back(bytes(row["entry"]), random)
    table.write(row, "entry", entry)
    table.write(row, "leaf_hash", hashlib.sha256(b"\x00" + entry).digest())
    return named


FORKS = {
    "fork: folder rewritten": fork_rewritten,
    "fork: folder reordered": fork_reordered,
    "fork: folder extended": fork_extended,
    "fork: folder shortened": fork_shortened,
    "fork: public head": fork_head,
    "fork: head's row": fork_head_row,
    "back-date: leaf with its hash": rewritten_leaf,
}


def spans(fault: Fault, at: int) -> bool:
    """Whether the entries that a sentence gives in numbers hold this one."""
    numbers = [int(word.strip(".,:;")) for word in fault.sentence.split() if word.strip(".,:;").isdigit()]
    first, last = (numbers[0], numbers[-1]) if numbers else (0, -1)
    return first <= at <= last
