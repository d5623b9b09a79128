"""Writing a response file: a line at a time, whole or not at all, and the same octets whenever it is asked for."""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any

import click

from chopmark.authority.campaigns import card_selectors, cards, selectors
from chopmark.authority.campaigns.card_files import response_header
from chopmark.authority.campaigns.card_selectors import Answered
from chopmark.authority.campaigns.models import Campaign
from chopmark.authority.kernel.actors import Actor
from chopmark.publiclog import durable


@dataclass(slots=True)
class _Body:
    issued: int = 0
    failed: int = 0
    sha256: str = ""


def write_response(reference: str, out: Path, *, actor: Actor, now: datetime) -> dict[str, Any]:
    """Write the response of a finished campaign to `out`, and its digest into the log."""
    campaign = selectors.by_reference(reference)
    batch = card_selectors.batch_of(campaign)
    card_selectors.require_answerable(campaign)
    # Beside the place where it will stand, so that the last step is a rename; a crash before leaves a draft and no response.
    drafts = f".{out.name}.draft-"
    # Of one that was killed: what is for the bureau alone stands in it.
    for left in [one for one in out.parent.iterdir() if one.name.startswith(drafts)]:
        shutil.rmtree(left)
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=drafts) as folder:
        draft = Path(folder) / "draft"
        draft.touch(mode=0o600)  # names stand in it, and what is for the bureau alone
        with (Path(folder) / "body").open("w+b") as body, draft.open("r+b") as whole:
            said = _write_body(body, card_selectors.answers(campaign))
            # What was sealed while we wrote may be in it: it goes out under a checkpoint too, or not at all.
            card_selectors.require_answerable(campaign)
            whole.write(_header(campaign, batch.bureau, batch.batch, said))
            body.seek(0)
            shutil.copyfileobj(body, whole)
            whole.flush()
            os.fsync(whole.fileno())
            whole.seek(0)
            digest = hashlib.file_digest(whole, "sha256").digest()
        _require_no_other(out, digest)
        # The log knows it before anybody has it; a crash between the two leaves a digest whose file is made again the same.
        cards.record_response(
            reference=campaign.reference,
            sha256=digest,
            issued=said.issued,
            failed=said.failed,
            actor=actor,
            now=now,
        )
        draft.replace(out)
        durable.sync(out.parent)
    return {
        "campaign": campaign.reference,
        "file": str(out),
        "sha256": digest.hex(),
        "issued": said.issued,
        "failed": said.failed,
    }


def _require_no_other(out: Path, digest: bytes) -> None:
    """The same response again is the same file; any other file that stands there is somebody's."""
    if out.exists():
        with out.open("rb") as there:
            if hashlib.file_digest(there, "sha256").digest() != digest:
                raise click.ClickException(f"{out} is another file: name one that is not there yet")


def _write_body(body: IO[bytes], answers: Iterable[Answered]) -> _Body:
    digest, said = hashlib.sha256(), _Body()
    for answer in answers:
        body.write(answer.line)
        digest.update(answer.line)
        said.issued += answer.is_issued
        said.failed += not answer.is_issued
    said.sha256 = digest.hexdigest()
    return said


def _header(campaign: Campaign, bureau: str, batch: str, said: _Body) -> bytes:
    return response_header(
        {
            "bureau": bureau,
            "batch": batch,
            "campaign": campaign.reference,
            "count": said.issued + said.failed,
            "issued": said.issued,
            "failed": said.failed,
            "sha256": said.sha256,
        }
    )
