"""The strongroom's log as a stranger reads it, and beside each leaf what the owner can prove that it commits to."""

import json
from dataclasses import dataclass, field
from typing import Any

import psycopg

from chopmark.config.home import Home
from chopmark.config.roles import STRONGROOM_DATABASE
from chopmark.pki.tlog.leaf import canonical_payload, commitment, decode_leaf
from chopmark.pki.tlog.note import parse_verifier_key
from chopmark.verifier.log import verify_log
from chopmark.verifier.sources import source_of
from faults.stage import eventually
from patience import SETTLED_WITHIN


@dataclass(frozen=True)
class Entry:
    """One act or refusal."""

    index: int
    tag: str
    refused: str | None
    payload: dict[str, Any] = field(repr=False)

    @property
    def actor(self) -> str:
        return str(self.payload["actor"])


@dataclass
class OwnersLog:
    home: Home

    def read(self, *, at_the_desk: bool = False) -> list[Entry]:
        """Every entry, when the log is signed over all that was committed; hashes, tiles and signature are checked."""
        with psycopg.connect(self.home.clusters()[1].dsn(database=STRONGROOM_DATABASE)) as owner:
            asked = "select count(*) from strongroom_leaf"
            wanted = owner.execute(asked).fetchone()[0]  # type: ignore[index]
            leaves = eventually(lambda: self._verified(wanted, at_the_desk), SETTLED_WITHIN)
            hidden = {
                position: (bytes(salt), payload)
                for position, salt, payload in owner.execute(
                    "select leaf.position, said.salt, said.payload::text from strongroom_leaf leaf"
                    " join strongroom_leafpayload said on said.leaf_id = leaf.id"
                )
            }
        return [self._entry(index, octets, *hidden[index]) for index, octets in leaves if index in hidden]

    def size(self) -> int:
        return len(self.read())

    def since(self, size: int) -> list[Entry]:
        """What came after so many, but for the letters that she sends when their time comes, whoever does what meanwhile."""
        return [entry for entry in self.read()[size:] if not entry.tag.startswith("notice:")]

    def _verified(self, wanted: int, at_the_desk: bool) -> list[tuple[int, bytes]] | None:
        place = self.home.address("desk") + "/log" if at_the_desk else str(self.home.path / "owner" / "log")
        key = parse_verifier_key((self.home.path / "owner" / "strongroom" / "log.vkey").read_text())
        leaves: list[tuple[int, bytes]] = []
        report = verify_log(
            source_of(place), key, on_entry=lambda index, octets: leaves.append((index, octets))
        )
        return leaves if report.size >= wanted else None

    def _entry(self, index: int, octets: bytes, salt: bytes, payload: str) -> Entry:
        leaf, said = decode_leaf(octets), json.loads(payload)
        assert leaf.commitment == commitment(salt, canonical_payload(said)), (
            f"entry {index} hides something else"
        )
        return Entry(index, leaf.tag, leaf.refused, said)
