"""The owner's log as a folder, with leaves as verbs leave them."""

import itertools
from dataclasses import dataclass, field
from pathlib import Path

from people import NOW, WORKER

from chopmark.pki.tlog.checkpoint import Checkpoint, format_checkpoint
from chopmark.pki.tlog.note import signature_line, signed_text
from chopmark.strongroom import leaves
from chopmark.strongroom.leaves import act
from chopmark.strongroom.log import publishing
from chopmark.strongroom.log.keys import own_key, signing_key
from chopmark.strongroom.tags import Tag
from chopmark.verifier.log import Report, verify_log
from chopmark.verifier.sources import DirectorySource


@dataclass
class House:
    """Leaves as verbs leave them, published into a folder."""

    folder: Path
    numbers: itertools.count = field(default_factory=itertools.count)

    def leave(self, count: int = 1) -> None:
        @act(Tag.CASE_CLOSED)
        def acts(*, actor, now):
            for _ in range(count):
                leaves.leave(actor=actor, payload={"number": next(self.numbers)}, now=now)

        acts(actor=WORKER, now=NOW)

    def publish(self) -> bool:
        return publishing.publish_once(self.folder, NOW)

    def verified(self, **more) -> Report:
        return verify_log(DirectorySource(self.folder), own_key(), **more)

    def forge(self, size: int) -> str:
        """A checkpoint by the log's own key that this database does not know."""
        body = format_checkpoint(Checkpoint(own_key().name, size, bytes(32)))
        note = signed_text(body, [signature_line(own_key(), signing_key().sign(body.encode()))])
        (self.folder / "checkpoint").write_text(note)
        return note
