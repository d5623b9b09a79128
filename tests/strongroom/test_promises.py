"""Whatever the desk may not change, the owner's audit holds beside her log; or a reason stands here why it does not."""

from chopmark.config.audit.strongroom import PROMISING
from chopmark.strongroom.grants import GRANTS

# Each by another check than `promises.py`, which `test_tampering.py` tries.
HELD_OTHERWISE = {
    "strongroom_leaf": "log.check_leaves, and every entry beside the public one",
    "strongroom_logcheckpoint": "log.check_heads, and every note is a kept one of the independent reader",
    "strongroom_logcosignature": "check_cosignatures: what is no cosignature of a head is named",
}
# Whoever edits these is not found by the audit; this is what it would get her.
NOT_HELD = {
    "strongroom_fulltile": "made of leaves; the publisher refuses a root that is not the signed one",
    "strongroom_openingreason": "ciphertext; it could be hung under another opening of its record, which is promised itself",
    "strongroom_receipt": "ciphertext under a record's key, signed by the desk: another receipt does not verify",
    "strongroom_witnessrefusal": "what an alert is about; the alert is promised, and its leaf says the same",
}


def test_what_is_never_changed_is_held_beside_the_log_or_excused():
    never = {table for table, may in GRANTS["strongroom"].items() if may == {"select", "insert"}}
    assert never == set(PROMISING.tables) | set(HELD_OTHERWISE) | set(NOT_HELD)


def test_nothing_is_both():
    assert not set(PROMISING.tables) & set(HELD_OTHERWISE)
    assert not (set(PROMISING.tables) | set(HELD_OTHERWISE)) & set(NOT_HELD)
