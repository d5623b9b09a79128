"""`chopmark audit --strongroom`: the owner's own reading of her database, log and public files, by a role that sees no record."""

from collections.abc import Iterator
from datetime import datetime

from django.db import connection

from chopmark.config.audit.fault import Fault, rows
from chopmark.config.audit.log import (
    KeptLog,
    check_heads,
    check_leaves,
    check_payloads,
    check_positions,
    check_public_log,
)
from chopmark.config.audit.looking import whole
from chopmark.config.audit.promises import Promising, check_promises
from chopmark.publiclog.witnesses import is_cosigned
from chopmark.strongroom import walls
from chopmark.strongroom.log.keys import own_key
from chopmark.strongroom.options import Options

LOG = KeptLog(
    own_key=own_key,
    leaves="strongroom_leaf",
    payloads="strongroom_leafpayload",
    placed="(select position, id as leaf_id from strongroom_leaf)",
    heads="strongroom_logcheckpoint",
)
PROMISING = Promising(
    payloads="strongroom_leafpayload",
    # A record is frozen with its hold.
    together=(("strongroom_frozenrecord", "hold_id", "strongroom_hold"),),
    tables={
        "strongroom_alert": "leaf_id",
        "strongroom_alertacknowledgement": "alert_id",
        "strongroom_assessment": "id",
        "strongroom_breach": "id",
        "strongroom_breachstep": "id",
        "strongroom_choice": "id",
        "strongroom_complaint": "id",
        "strongroom_complaintanswer": "id",
        "strongroom_evidencefreeze": "id",
        "strongroom_freezelift": "freeze_id",
        "strongroom_frozenrecord": "hold_id",
        "strongroom_feeagreement": "id",
        "strongroom_credentialreview": "id",
        "strongroom_grantsignature": "id",
        "strongroom_hold": "id",
        "strongroom_holdlift": "hold_id",
        "strongroom_knowncertificate": "id",
        "strongroom_notice": "leaf_id",
        "strongroom_officercase": "case_id",
        "strongroom_opening": "leaf_id",
        "strongroom_policyloaded": "id",
        "strongroom_requestanswer": "id",
        "strongroom_requestfee": "id",
        "strongroom_shreddingorder": "id",
        "strongroom_subjectrequest": "id",
        "strongroom_suppression": "id",
        "strongroom_suspension": "leaf_id",
        "strongroom_suspensionlift": "suspension_id",
    },
    of=(
        ("strongroom_alertacknowledgement", "alert_id", "strongroom_alert"),
        ("strongroom_breachstep", "breach_id", "strongroom_breach"),
        ("strongroom_complaint", "opening_id", "strongroom_opening"),
        ("strongroom_complaintanswer", "complaint_id", "strongroom_complaint"),
        ("strongroom_evidencefreeze", "breach_id", "strongroom_breach"),
        ("strongroom_freezelift", "freeze_id", "strongroom_evidencefreeze"),
        ("strongroom_frozenrecord", "freeze_id", "strongroom_evidencefreeze"),
        ("strongroom_feeagreement", "fee_id", "strongroom_requestfee"),
        ("strongroom_holdlift", "hold_id", "strongroom_hold"),
        ("strongroom_requestanswer", "request_id", "strongroom_subjectrequest"),
        ("strongroom_requestfee", "request_id", "strongroom_subjectrequest"),
        ("strongroom_notice", "opening_id", "strongroom_opening"),
        ("strongroom_suspensionlift", "suspension_id", "strongroom_suspension"),
    ),
)


def faults(*, now: datetime) -> Iterator[Fault]:
    """All that is not as it must be in what the owner keeps."""
    yield from whole("walls", check_walls())
    yield from whole("leaves", check_leaves(LOG))
    yield from whole("payloads", check_payloads(LOG))
    yield from whole("positions", check_positions(LOG))
    yield from whole("heads", check_heads(LOG))
    yield from whole("public log", check_public_log(LOG, Options.read().log_folder, now))
    yield from whole("cosignatures", check_cosignatures())
    yield from whole("promises", check_promises(PROMISING))
    yield from whole("cases", check_cases())
    yield from whole("grants", check_grants())
    yield from whole("notices", check_notices())


def check_walls() -> Iterator[Fault]:
    """Triggers and functions are those of the migrations."""
    for breach in walls.breaches(walls.of_migrations("chopmark.strongroom"), connection):
        yield Fault("wall", breach.about, breach.sentence)


COSIGNED = """
    select cosigned.size, cosigned.witness, cosigned.line, signed.note from strongroom_logcosignature cosigned
    left join strongroom_logcheckpoint signed on signed.size = cosigned.size order by cosigned.id
"""


def check_cosignatures() -> Iterator[Fault]:
    """Each cosignature that is kept is one of a head of this log."""
    for size, witness, line, note in rows(COSIGNED):
        if note is None or not is_cosigned(note, witness, line):
            yield Fault("cosignature", str(size), f"it is none of {witness.partition('+')[0]}")


# A case changes while it lives, so its row is in no promise: its beginning is in a leaf, or in the choice that began it.
UNSAID = """
    select opened.id from strongroom_case opened
    where not exists (select 1 from strongroom_leafpayload said
                      where said.payload ->> 'case' = opened.id::text
                        and said.payload ->> 'record' = opened.record_id::text)
      and not exists (select 1 from strongroom_choice chosen
                      where chosen.case_id = opened.id and chosen.record_id = opened.record_id)
"""
ELSEWHERE = """
    select opening.leaf_id from strongroom_opening opening
    left join strongroom_case opened on opened.id = opening.case_id
    where opening.case_id is not null and not opening.named and opened.record_id is distinct from opening.record_id
"""


def check_cases() -> Iterator[Fault]:
    """Each case began with a leaf, and each opening under one is of its record."""
    for (case_id,) in rows(UNSAID):
        yield Fault("case", str(case_id), "no leaf says that it was opened for this record")
    for (leaf_id,) in rows(ELSEWHERE):
        yield Fault("opening", str(leaf_id), "its case is of another record, or is not there")


USED = """
    select given.id, given.used,
           (select count(*) from strongroom_opening shown where shown.grant_id = given.id and shown.refused = '')
           + (select count(*) from strongroom_leafpayload said
              where said.payload ->> 'grant' = given.id::text and said.payload ? 'case'),
           (select count(distinct officer_id) from strongroom_grantsignature signed where signed.grant_id = given.id)
    from strongroom_ownergrant given
"""
SAID = """
    select given.id from strongroom_ownergrant given
    where not exists (select 1 from strongroom_leafpayload said where said.payload ->> 'grant' = given.id::text
                      and said.payload ? 'expires_at')
       or exists (select 1 from strongroom_leafpayload said where said.payload ->> 'grant' = given.id::text
                  and said.payload ? 'expires_at'
                  and (said.payload ->> 'purpose' <> given.purpose or said.payload ->> 'caller' <> given.caller
                       or said.payload -> 'fields' <> to_jsonb(given.fields)
                       or (said.payload ->> 'records')::int <> given.records
                       or (said.payload ->> 'expires_at')::bigint <> floor(extract(epoch from given.expires_at))))
"""


def check_grants() -> Iterator[Fault]:
    """A grant says what its officers signed, has given as much as it counts, and nothing before two of them signed."""
    for grant_id, used, given, signed in rows(USED):
        if used != given:
            yield Fault("grant", str(grant_id), f"it counts {used} openings, and the log has {given}")
        if given and signed < _TWO:
            yield Fault("grant", str(grant_id), f"it gave openings and {signed} signed it")
    for (grant_id,) in rows(SAID):
        yield Fault("grant", str(grant_id), "its leaves say something else than its row")


# How its sending stands changes, so that row is in no promise: its end is in a leaf.
UNSENT = """
    select asked.leaf_id from strongroom_notice asked left join strongroom_sending sending on sending.notice_id = asked.leaf_id
    where sending.notice_id is null
       or (sending.state <> 'queued' and not exists (
           select 1 from strongroom_leafpayload said
           where said.payload ->> 'notice' = sending.notice_id::text
             and said.payload ->> 'channel' is not distinct from nullif(sending.channel, '')
             and said.payload ->> 'why' is not distinct from nullif(sending.why, '')))
       or (sending.state = 'queued' and exists (
           select 1 from strongroom_leafpayload said
           where said.payload ->> 'notice' = sending.notice_id::text
             and (said.payload ? 'channel' or said.payload ? 'why')))
"""


def check_notices() -> Iterator[Fault]:
    """What is said to have been sent or given up was, and what was is not asked to be sent again."""
    for (leaf_id,) in rows(UNSENT):
        yield Fault("notice", str(leaf_id), "how its sending ended is not what a leaf says")


_TWO = 2
