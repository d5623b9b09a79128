"""Subscriber key pairs made by the authority (RFC 3647 §6.1.1-6.1.3): made, wrapped, sealed to a PIN, purged.

Owns `keymaking_envelope`, `_envelopehandover`, `_keyrequest`, `_keyclaim`, `_madekey`, `_wrappedkey`, `_sealrequest`,
`_refusedseal`, `_sealedkey`, `_keycollection`, `_purge`. Public verbs: `make_envelopes`, `hand_over`, `request_key`,
`request_spent_again`, `request_sealing`, `collect`, `confirm_kept`, `purge_after_delivery`, `purge_delivered`,
`purge_unwanted`, `purge_uncollected`; in the signer: `signing.run_once`.
"""
