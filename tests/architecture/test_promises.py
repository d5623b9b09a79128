"""Whatever no process may change, the audit holds beside the log; or a reason stands here why it does not."""

from chopmark.config.audit.authority import PROMISING
from chopmark.config.grants import GRANTS
from chopmark.config.roles import AUDITOR

TABLES = set(PROMISING.tables)

# Each by another check than `promises.py`, which tests/tampering tries.
HELD_OTHERWISE = {
    "audit_leaf": "log.check_leaves, and every entry beside the public one",
    "issuance_chunkclaim": "chunks.check_chunks: a chunk with certificates and no claim is named",
    "issuance_claim": "key_uses.check_claims: a certificate without a claim is named",
    "keymaking_pooldraw": "pool.check_draws: a key of a line that was approved with another is named",
    "keymaking_poolkey": "pool.check_batches: keys that are not those of a filled batch are named",
    "keymaking_poolpurge": "pool.check_copies: a key that was purged and is still there, or is neither, is named",
    "ledger_ledgeraccount": "books.check_books: a payment whose legs are in other accounts than it says is named",
    "publication_crlclaim": "published.check_published: a list without a claim is named",
    "transparency_checkpoint": "log.check_heads, and every note is a kept one of the independent reader",
    "transparency_checkpointrequest": "log.check_heads",
    "transparency_cosignature": "witnessed.check_witnesses: what is no cosignature of a head is named",
    "transparency_position": "log.check_positions, log.check_heads, and every entry beside the public one",
    "transparency_witnessacknowledgement": "witnessed.check_witnesses: one that its leaf does not say is named",
    "transparency_setaside": "log.check_positions: a leaf that was set aside and is fit for the log is named",
}
# Whoever edits these is not found by the audit; this is what it would get her.
NOT_HELD = {
    "auth_group": "the framework's; holds no row of ours",
    "auth_group_permissions": "the framework's; holds no row of ours",
    "auth_permission": "the framework's; written by migrations",
    "campaigns_cardsealrequest": "a request; what was made of it has a leaf",
    "custody_caintent": "what the ceremony meant to sign; what it signed is promised",
    "custody_issuer": "an issuer's short name and key: a signer that uses another makes certificates that do not verify",
    "custody_keyrecord": "public halves: the signer compares with its token, the reader has the log's key from elsewhere",
    "django_content_type": "the framework's; written by migrations",
    "django_migrations": "the framework's; says which migrations ran",
    "issuance_blocked": "that an application waits for an operator; its refusal has a leaf",
    "issuance_refusedchunk": "that a chunk waits for an operator; its refusal has a leaf",
    "issuance_refusedintent": "that an intent waits for an operator; its refusal has a leaf",
    "keymaking_envelope": "a drawer's stock, as ciphertext; handing one out has a leaf, without its row",
    "keymaking_envelopehandover": "its leaf tells the same, without its row",
    "keymaking_keyclaim": "a key that was made and lost signs nothing",
    "keymaking_keycollection": "its leaf tells the same, without its row",
    "keymaking_keyrequest": "a request; what was made of it has a leaf",
    "keymaking_madekey": "its leaf tells the same, without its row; the certificate over the key is promised",
    "keymaking_poolbatch": "a request; what was made of it has a leaf",
    "keymaking_poolclaim": "a key that was made and lost signs nothing; the audit counts them",
    "keymaking_purge": "its leaf tells the same, without its row",
    "keymaking_refusedseal": "that a seal was refused; its refusal has a leaf",
    "keymaking_sealrequest": "a request; what was made of it has a leaf",
    "participants_sparedreviewer": "its leaf tells the same, without its row",
    "participants_subscriber": "which number stands for which record; the number stands in the certificate, which is promised",
    "publication_crlintent": "what was meant to be signed; every signed list is promised",
    "publication_refusedcrl": "that a list waits for an operator; its refusal has a leaf",
    "transparency_fulltile": "made of leaves; the publisher refuses a root that is not the signed one",
    "transparency_signingalert": "an alarm; the refusal that raised it has a leaf",
    "transparency_witnessalert": "an alarm; the refusal that raised it has a leaf",
    "validation_delegate": "a responder's certificate of some weeks: it verifies under its issuer, or clients refuse it",
    "validation_delegateclaim": "a key use whose certificate is the delegate",
    "validation_delegaterequest": "a request; what was made of it is the delegate",
    "validation_refuseddelegate": "that a request was refused; its refusal has a leaf",
    "validation_statuschange": "which rows a responder reads next; the audit compares what it says with the lists",
    "verification_sightingticket": "a nonce of some minutes; the evidence that came of it is promised",
}


def never_changed() -> set[str]:
    changing = {
        table for verbs in GRANTS.values() for table, may in verbs.items() if may & {"UPDATE", "DELETE"}
    }
    return set(GRANTS[AUDITOR]) - changing


def test_what_is_never_changed_is_held_beside_the_log_or_excused():
    assert never_changed() == TABLES | set(HELD_OTHERWISE) | set(NOT_HELD)


def test_nothing_is_both():
    assert not TABLES & set(HELD_OTHERWISE)
    assert not (TABLES | set(HELD_OTHERWISE)) & set(NOT_HELD)
