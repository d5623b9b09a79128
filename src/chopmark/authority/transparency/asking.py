"""Asking the witnesses for cosignatures of the newest checkpoint; never inside a transaction (C2SP tlog-witness)."""

import threading
from collections.abc import Callable
from datetime import datetime

import httpx
import structlog
from django.db import connection

from chopmark.authority.audit.services import act, leave
from chopmark.authority.audit.tags import AuditTag
from chopmark.authority.kernel import clock
from chopmark.authority.kernel.actors import Actor, process
from chopmark.authority.transparency import witnesses
from chopmark.authority.transparency.models import Checkpoint, Cosignature, WitnessAlert
from chopmark.authority.transparency.selectors import consistency_proof, latest_checkpoint
from chopmark.authority.transparency.witnesses import Witness
from chopmark.pki.refusals import Refusal
from chopmark.pki.tlog.cosignature import cosignatures, with_cosignatures
from chopmark.pki.tlog.note import NoteUnsigned, format_signature, parse_signatures
from chopmark.pki.tlog.witnessing import Request, encode_request

log = structlog.get_logger("witnesses")

POLL_SECONDS = 1.0
TIMEOUT_SECONDS = 10.0
LONGEST_ANSWER = 100_000

# Status and body for an address and a request.
Post = Callable[[str, bytes], tuple[int, bytes]]


def run_forever(stop: threading.Event) -> None:
    """Ask whenever the poll is due, until told to stop; a witness or a database that is away is asked again."""
    with httpx.Client(timeout=TIMEOUT_SECONDS) as client:
        while not stop.is_set():
            try:
                ask_all(now=clock.now(), post=_poster(client))
            # A lost database, a leaf that was altered, an address that is none: the witnesses are asked again when it is over.
            except Exception as error:  # noqa: BLE001  # logged, and the same work is tried again
                details = getattr(error, "details", None)
                log.warning("asking_interrupted", error=type(error).__name__, details=details)
                connection.close()
            stop.wait(POLL_SECONDS)


def ask_all(*, now: datetime, post: Post) -> int:
    """Ask every witness that has not cosigned the newest checkpoint; answers how many did."""
    newest = latest_checkpoint()
    if newest is None:
        return 0
    return sum(_ask(witness, newest, post, now) for witness in witnesses.configured())


def _ask(witness: Witness, newest: Checkpoint, post: Post, now: datetime) -> bool:
    # 1. From where it cosigned last, as far as we know.
    known = _last_size(witness)
    if known >= newest.size:
        return False
    try:
        status, body = post(witness.url, _request(known, newest))
        # 2. It is further than we know: its answer was lost on the way. Only at a size that we signed may we go on from there.
        if status == httpx.codes.CONFLICT and _is_our_later_size(body, known):
            status, body = post(witness.url, _request(int(body), newest))
    except httpx.HTTPError as error:
        log.warning("witness_away", witness=witness.key.name, error=type(error).__name__)
        return False

    # 3. What it answers is checked before it is kept; a refusal is an alert.
    if status >= httpx.codes.INTERNAL_SERVER_ERROR:
        log.warning("witness_away", witness=witness.key.name, status=status)
        return False
    if status != httpx.codes.OK:
        _raise_alert(witness, known, f"status_{status}", now)
        return False
    try:
        _keep(witness, newest, body, now)
    except Refusal as refusal:
        _raise_alert(witness, known, refusal.code, now)
        return False
    return True


def _request(old_size: int, newest: Checkpoint) -> bytes:
    return encode_request(Request(old_size, consistency_proof(old_size, newest.size), newest.note))


def _last_size(witness: Witness) -> int:
    rows = Cosignature.objects.filter(witness=str(witness.key)).order_by("-size")
    return rows.values_list("size", flat=True).first() or 0


def _is_our_later_size(body: bytes, known: int) -> bool:
    text = body.decode(errors="replace").strip()
    size = int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
    return size > known and Checkpoint.objects.filter(size=size).exists()


def _keep(witness: Witness, checkpoint: Checkpoint, body: bytes, now: datetime) -> None:
    """Keep the witness's own line; the lines of keys that we do not know are passed over (C2SP tlog-witness)."""
    lines = parse_signatures(body.decode(errors="replace"))
    mine = [line for line in lines if (line.name, line.key_id) == (witness.key.name, witness.key.key_id)]
    if not mine:
        raise NoteUnsigned
    text = format_signature(mine[0])
    cosignatures(with_cosignatures(checkpoint.note, [text]), [witness.key])
    # Two workers may have asked; either line is good.
    Cosignature.objects.get_or_create(
        size=checkpoint.size, witness=str(witness.key), defaults={"line": text, "received_at": now}
    )


def _raise_alert(witness: Witness, after_size: int, code: str, now: datetime) -> None:
    """Once for each last cosigned size: the leaf of an alert brings a checkpoint that is refused too."""
    log.error("witness_refused", witness=witness.key.name, after_size=after_size, code=code)
    if not WitnessAlert.objects.filter(witness=str(witness.key), after_size=after_size, code=code).exists():
        _record(witness=witness, after_size=after_size, code=code, actor=process("worker"), now=now)


@act(AuditTag.WITNESS_REFUSED)
def _record(*, witness: Witness, after_size: int, code: str, actor: Actor, now: datetime) -> None:
    """Say in the log too that a witness would not go on with it."""
    WitnessAlert.objects.create(witness=str(witness.key), after_size=after_size, code=code, raised_at=now)
    leave(
        public={"witness": witness.key.name, "size": after_size, "code": code},
        payload={"actor": actor.id},
        now=now,
    )


def _poster(client: httpx.Client) -> Post:
    def post(url: str, body: bytes) -> tuple[int, bytes]:
        with client.stream("POST", f"{url.rstrip('/')}/add-checkpoint", content=body) as answer:
            octets = b""
            for piece in answer.iter_bytes():
                octets += piece
                if len(octets) > LONGEST_ANSWER:
                    break
            return answer.status_code, octets

    return post
