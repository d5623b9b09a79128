"""Making a proof from a log's files, for somebody who will check it without them."""

from functools import lru_cache

from chopmark.pki.refusals import Refusal
from chopmark.pki.tlog.checkpoint import Checkpoint
from chopmark.pki.tlog.evidence import check_statement
from chopmark.pki.tlog.merkle import HASH_SIZE, inclusion_proof
from chopmark.pki.tlog.note import VerifierKey
from chopmark.pki.tlog.proof import Proof
from chopmark.pki.tlog.statement import Statement, encode_statement
from chopmark.pki.tlog.tiles import WIDTH, Bundle, Tile, node_from_tiles
from chopmark.verifier.faults import Fault, FaultCode
from chopmark.verifier.log import published
from chopmark.verifier.sources import Source
from chopmark.verifier.tiles import split_bundle


def make_proof(source: Source, key: VerifierKey, index: int) -> Proof:
    """That this entry stands in the published tree; what is made is checked before it is given out.

    Only the tiles on the way are read: the proof itself shows whether they are right.
    """
    note, signed = published(source, key)
    if not 0 <= index < signed.size:
        raise Fault(FaultCode.ENTRY_BEYOND_LOG, first=index, last=signed.size)
    statement = Statement(entry=_entry(source, signed, index))
    node = node_from_tiles(signed.size, lru_cache(maxsize=64)(lambda tile: _hashes(source, tile)))
    path = tuple(inclusion_proof(index, signed.size, node))
    proof = Proof(index=index, path=path, checkpoint=note, extra=encode_statement(statement))
    try:
        check_statement(proof, key=key)
    except Refusal as refusal:
        raise Fault(FaultCode.ENTRY_NOT_PROVED, first=index, why=refusal.code) from None
    return proof


def _entry(source: Source, signed: Checkpoint, index: int) -> bytes:
    start = index // WIDTH * WIDTH
    bundle = Bundle(index // WIDTH, min(WIDTH, signed.size - start))
    octets = _file(source, bundle.path, Bundle(bundle.index).path, FaultCode.BUNDLE_MISSING, index)
    entries, _ = split_bundle(octets)
    if index - start >= len(entries):
        raise Fault(FaultCode.BUNDLE_MALFORMED, path=bundle.path, first=index)
    return entries[index - start]


def _hashes(source: Source, tile: Tile) -> list[bytes]:
    first = tile.index * WIDTH ** (tile.level + 1)
    full = Tile(tile.level, tile.index).path
    octets = _file(source, tile.path, full, FaultCode.TILE_MISSING, first)[: tile.width * HASH_SIZE]
    if len(octets) != tile.width * HASH_SIZE:
        raise Fault(FaultCode.TILE_MALFORMED, path=tile.path, first=first)
    return [octets[at : at + HASH_SIZE] for at in range(0, len(octets), HASH_SIZE)]


def _file(source: Source, path: str, full_path: str, missing: FaultCode, first: int) -> bytes:
    """A file, or the full one that has taken the place of a partial one."""
    octets = source.read(path)
    if octets is None and path != full_path:
        octets = source.read(full_path)
    if octets is None:
        raise Fault(missing, path=path, first=first)
    return octets
