"""Who may do what in the authority's database: every table of every app has a row, and what is not said is refused.

A letter is a verb: S select, I insert, U update, D delete. The auditor reads, and does nothing else.
"""

from chopmark.config.database import Plan
from chopmark.config.roles import (
    AUDITOR,
    AUTHORITY_DATABASE,
    AUTHORITY_MIGRATOR,
    AUTHORITY_OWNER,
    AUTHORITY_ROLES,
    OPERATOR,
    RESPONDER,
    SIGNER,
    WEB,
    WORKER,
)

_VERBS = {"S": "SELECT", "I": "INSERT", "U": "UPDATE", "D": "DELETE"}


def _row(
    *, web: str = "", worker: str = "", signer: str = "", responder: str = "", operator: str = ""
) -> dict[str, str]:
    return {WEB: web, WORKER: worker, SIGNER: signer, RESPONDER: responder, OPERATOR: operator}


_TABLES: dict[str, dict[str, str]] = {
    # --- the framework's own ---
    "django_migrations": _row(web="S", worker="S", signer="S", responder="S"),
    "django_content_type": _row(web="S", worker="S", signer="S"),
    "auth_group": _row(web="S"),
    "auth_group_permissions": _row(web="S"),
    "auth_permission": _row(web="S", worker="S"),
    "django_session": _row(web="SIUD"),
    "axes_accessattempt": _row(web="SIUD"),
    "axes_accessattemptexpiration": _row(web="SIUD"),
    "axes_accessfailurelog": _row(web="SID"),
    "axes_accesslog": _row(web="SIUD"),
    "otp_static_staticdevice": _row(web="SIUD", operator="SU"),
    "otp_static_statictoken": _row(web="SIUD", operator="SD"),
    "otp_totp_totpdevice": _row(web="SIUD", operator="SU"),
    # --- the queue: wake-ups and clock ticks ---
    "procrastinate_events": _row(web="SI", worker="SIUD", signer="SI"),
    "procrastinate_jobs": _row(web="SI", worker="SIUD", signer="SI"),
    "procrastinate_periodic_defers": _row(worker="SIUD"),
    "procrastinate_workers": _row(worker="SIUD"),
    # --- hand-overs and the log ---
    "kernel_handover": _row(web="SI", worker="SIU", signer="SI", operator="SI"),
    "audit_leaf": _row(web="SI", worker="SI", signer="SI", responder="SI", operator="SI"),
    # Deleting a payload shreds what its leaf commits to.
    "audit_payload": _row(web="SI", worker="SID", signer="SI", responder="SI", operator="SI"),
    "transparency_position": _row(web="S", worker="SI", signer="S", operator="S"),
    "transparency_fulltile": _row(worker="SI", signer="S"),
    "transparency_checkpointrequest": _row(worker="SI", signer="S"),
    "transparency_checkpoint": _row(web="S", worker="S", signer="SI", operator="S"),
    "transparency_cosignature": _row(web="S", worker="SI", signer="S", operator="S"),
    "transparency_horizon": _row(worker="SIU"),
    "transparency_setaside": _row(web="S", worker="SI"),
    "transparency_signingalert": _row(web="S", worker="S", signer="SI"),
    "transparency_witnessacknowledgement": _row(web="S", worker="S", operator="SI"),
    "transparency_witnessalert": _row(web="S", worker="SI", operator="S"),
    # --- by which policy ---
    "catalogue_edition": _row(web="SI", worker="SI", signer="SI"),
    # --- who is who ---
    # Of people the worker knows that they hold roles, and no more: it opens reviews, and suspends who was passed over.
    "participants_accessdecision": _row(web="SI", worker="S", operator="S"),
    "participants_accessreview": _row(web="SI", worker="SI"),
    "participants_accesssuspension": _row(web="S", worker="SI", operator="S"),
    "participants_clearance": _row(web="SI", worker="S", operator="S"),
    "participants_departure": _row(web="SI"),
    "participants_login": _row(web="SIU", operator="S"),
    "participants_outletsuspension": _row(web="SIU", worker="S", operator="S"),
    "participants_roleassignment": _row(web="SIU", worker="S", operator="S"),
    "participants_reviewedaccess": _row(web="SI", worker="SI"),
    "participants_sparedreviewer": _row(worker="SI"),
    "participants_staffsignin": _row(web="SI", operator="SI"),
    "participants_subscriber": _row(worker="SI", signer="S"),
    "participants_welcomelink": _row(web="SIU"),
    # --- money: entries are added, and corrected by adding ---
    "ledger_ledgeraccount": _row(web="SI", worker="S"),
    "ledger_entry": _row(web="SI", worker="S"),
    "ledger_leg": _row(web="SI", worker="S"),
    # An operator who plans what a cohort is given reads what its holders paid for: references and amounts.
    "ledger_invoice": _row(web="SI", worker="S", operator="S"),
    "ledger_invoiceline": _row(web="SI", worker="S", operator="S"),
    "ledger_payment": _row(web="SI", worker="S"),
    # --- what subscribers are told ---
    "notices_notice": _row(web="S", worker="SI"),
    "notices_standing": _row(web="S", worker="SIU"),
    # --- the spine ---
    "applications_application": _row(web="SIU", worker="SIU", signer="S", operator="S"),
    "verification_evidence": _row(web="SI", worker="SI", signer="S", operator="S"),
    "verification_sightingticket": _row(web="SI"),
    "verification_decision": _row(web="SI", signer="S"),
    "issuance_intendedcertificate": _row(worker="SI", signer="S", operator="S"),
    "issuance_claim": _row(worker="S", signer="SI"),
    "issuance_certificate": _row(web="S", worker="S", signer="SI", responder="S", operator="S"),
    "issuance_refusedintent": _row(signer="SI", operator="S", worker="S"),
    "issuance_spentclaim": _row(worker="SI", signer="S", operator="S"),
    "issuance_blocked": _row(worker="SI"),
    # --- campaigns: the plan is the operator's process alone; approvals are the operators', there or at the console; the
    # signer believes no other hand. The console counts chunks, names certificates that were to go, and reads no roll.
    "campaigns_campaign": _row(web="S", worker="S", signer="S", operator="SI"),
    "campaigns_campaignchunk": _row(web="S", worker="S", signer="S", operator="SI"),
    "campaigns_campaignapproval": _row(web="SI", worker="S", signer="S", operator="SI"),
    "campaigns_campaignterms": _row(web="S", worker="S", signer="S", operator="SI"),
    "campaigns_campaignstep": _row(web="SI", worker="SI", signer="S", operator="SI"),
    "campaigns_campaignroll": _row(worker="SI", signer="S"),
    "campaigns_campaignfailure": _row(web="S", worker="SI", operator="S"),
    "campaigns_revokedchunk": _row(web="S", worker="SI", operator="S"),
    # What a cohort was given the worker writes down, who can neither plan nor approve.
    "subscriptions_cohortdecision": _row(web="S", worker="SI", operator="S"),
    # --- a card bureau's batches: planned, answered and acknowledged in the operator's process; the signer alone seals ---
    "campaigns_cardbatch": _row(web="S", worker="S", signer="S", operator="SI"),
    "campaigns_cardrequests": _row(operator="SI"),
    "campaigns_cardresponse": _row(operator="SI"),
    "campaigns_cardacknowledgement": _row(worker="S", signer="S", operator="SI"),
    "campaigns_cardsealrequest": _row(worker="SI", signer="S", operator="S"),
    "campaigns_sealedcards": _row(worker="S", signer="SI", operator="S"),
    "issuance_intendedchunk": _row(web="S", worker="SI", signer="S", operator="S"),
    "issuance_chunkclaim": _row(web="S", worker="S", signer="SI", operator="S"),
    "issuance_refusedchunk": _row(web="S", worker="S", signer="SI", operator="S"),
    "issuance_spentchunk": _row(web="S", worker="SI", signer="S", operator="S"),
    "delivery_offer": _row(web="S", worker="SI", operator="S"),
    "delivery_answer": _row(web="SI", worker="SI", operator="S"),
    "revocation_revocation": _row(web="SI", worker="SI", signer="S", responder="S", operator="SI"),
    "revocation_suspension": _row(web="SI", worker="S", signer="S", responder="S", operator="SI"),
    "revocation_release": _row(web="SI", worker="S", signer="S", responder="S", operator="SI"),
    # Which paper a request stands on: the counter's, and nobody's to sign or publish by.
    "revocation_holdrequest": _row(web="SI"),
    "publication_crlintent": _row(web="S", worker="SI", signer="S", operator="S"),
    "publication_crlclaim": _row(worker="S", signer="SI", operator="S"),
    "publication_crl": _row(web="S", worker="S", signer="SI", responder="S", operator="S"),
    "publication_refusedcrl": _row(web="S", worker="S", signer="SI", operator="S"),
    "publication_crlpublication": _row(web="S", worker="SI", operator="S"),
    "publication_certificatepublication": _row(web="S", worker="SI"),
    # A responder asks for its own delegate, and leaves leaves; nothing else of the database takes its word.
    "validation_delegaterequest": _row(web="S", worker="S", signer="S", responder="SI"),
    "validation_delegateclaim": _row(worker="S", signer="SI"),
    "validation_refuseddelegate": _row(web="S", worker="S", signer="SI"),
    "validation_delegate": _row(web="S", worker="S", signer="SI", responder="S"),
    # Written by a trigger, as the owner, when somebody records or revokes; a row that somebody made up would make every
    # responder read everything, each round.
    "validation_statuschange": _row(responder="S"),
    # --- keys: what others than the signer may see is public, or ciphertext ---
    "custody_keyrecord": _row(web="S", worker="S", signer="S", responder="S", operator="S"),
    "custody_issuer": _row(web="S", worker="S", signer="S", responder="S", operator="S"),
    "custody_caintent": _row(worker="S"),
    "custody_cacertificate": _row(web="S", worker="S", signer="S", responder="S", operator="S"),
    "keymaking_envelope": _row(web="S", worker="S", signer="S", operator="SI"),
    "keymaking_envelopehandover": _row(web="SI", worker="S", signer="S"),
    "keymaking_keyrequest": _row(web="S", worker="SI", signer="S"),
    "keymaking_keyclaim": _row(worker="S", signer="SI"),
    "keymaking_madekey": _row(web="S", worker="S", signer="SI"),
    "keymaking_wrappedkey": _row(signer="SID"),
    "keymaking_sealrequest": _row(web="S", worker="SI", signer="S"),
    "keymaking_refusedseal": _row(web="S", worker="S", signer="SI"),
    "keymaking_sealedkey": _row(web="S", worker="SD", signer="SI"),
    "keymaking_keycollection": _row(web="SI", worker="S"),
    "keymaking_purge": _row(web="S", worker="SI", signer="SI"),
    # The pool: ordered and drawn from in the operator's process, batched and asked to be purged by the worker; whatever is
    # sealed, the signer alone writes and destroys.
    "keymaking_poolorder": _row(worker="S", signer="S", operator="SI"),
    "keymaking_poolorderend": _row(worker="S", signer="S", operator="SI"),
    "keymaking_poolbatch": _row(worker="SI", signer="S", operator="S"),
    "keymaking_poolclaim": _row(worker="S", signer="SI", operator="S"),
    "keymaking_filledbatch": _row(worker="S", signer="SI", operator="S"),
    "keymaking_poolkey": _row(worker="S", signer="SI", operator="S"),
    "keymaking_wrappedpoolkey": _row(signer="SID"),
    "keymaking_pooldraw": _row(worker="S", signer="S", operator="SI"),
    "keymaking_pooldiscard": _row(worker="S", signer="S", operator="SI"),
    "keymaking_sealedpoolkey": _row(signer="SID", operator="S"),
    "keymaking_poolpurgerequest": _row(worker="SI", signer="SD"),
    "keymaking_poolpurge": _row(worker="S", signer="SI", operator="S"),
}


GRANTS: dict[str, dict[str, frozenset[str]]] = {
    role: {table: frozenset(_VERBS[letter] for letter in row[role]) for table, row in _TABLES.items()}
    for role in (WEB, WORKER, SIGNER, RESPONDER, OPERATOR)
}
# The auditor reads everything but what would let her act as somebody else.
_CREDENTIALS = {
    "django_session",
    "keymaking_sealedkey",
    "keymaking_sealedpoolkey",
    "keymaking_wrappedkey",
    "keymaking_wrappedpoolkey",
    "otp_static_staticdevice",
    "otp_static_statictoken",
    "otp_totp_totpdevice",
    "participants_login",
    "participants_welcomelink",
}
GRANTS[AUDITOR] = {
    table: frozenset() if table in _CREDENTIALS else frozenset({"SELECT"}) for table in _TABLES
}

# Functions by pattern (SQL's LIKE); triggers run theirs without being asked.
FUNCTIONS: dict[str, frozenset[str]] = {
    WEB: frozenset({"chopmark_crl_entry", "chopmark_current_xid", "procrastinate_defer%"}),
    WORKER: frozenset({"chopmark_crl_entry", "chopmark_current_xid", "procrastinate_%"}),
    SIGNER: frozenset({"chopmark_crl_entry", "chopmark_current_xid", "procrastinate_defer%"}),
    RESPONDER: frozenset({"chopmark_current_xid"}),
    OPERATOR: frozenset({"chopmark_crl_entry", "chopmark_current_xid"}),
    AUDITOR: frozenset({"chopmark_pool_copies"}),
}

PLAN = Plan(
    database=AUTHORITY_DATABASE,
    owner=AUTHORITY_OWNER,
    migrator=AUTHORITY_MIGRATOR,
    roles=AUTHORITY_ROLES,
    grants=GRANTS,
    functions=FUNCTIONS,
)
