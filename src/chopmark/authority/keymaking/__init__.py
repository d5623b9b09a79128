"""Subscriber key pairs made by the authority (RFC 3647 §6.1.1-6.1.3): made, wrapped, sealed to a PIN, purged.

Owns `keymaking_envelope`, `_envelopehandover`, `_keyrequest`, `_keyclaim`, `_madekey`, `_wrappedkey`, `_sealrequest`,
`_sealedkey`, `_keycollection`, `_purge`. Public verbs: `make_envelopes`, `hand_over`, `request_key`, `request_spent_again`,
`request_sealing`, `collect`, `purge_after_delivery`, `purge_delivered`; in the signer: `signing.run_once`.
"""
