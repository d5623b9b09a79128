"""Subscriber key pairs made by the authority (RFC 3647 §6.1.1-6.1.3): made, wrapped, sealed to a PIN or a card bureau, purged.

Owns `keymaking_envelope`, `_envelopehandover`, `_keyrequest`, `_keyclaim`, `_madekey`, `_wrappedkey`, `_sealrequest`,
`_refusedseal`, `_sealedkey`, `_keycollection`, `_purge`; of the pool `_poolorder`, `_poolorderend`, `_poolbatch`, `_poolclaim`,
`_filledbatch`, `_poolkey`, `_wrappedpoolkey`, `_pooldraw`, `_pooldiscard`, `_sealedpoolkey`, `_poolpurgerequest`,
`_poolpurge`. Public verbs: `make_envelopes`, `hand_over`, `request_key`, `request_spent_again`, `request_sealing`, `collect`,
`confirm_kept`, `purge_after_delivery`, `purge_delivered`, `purge_unwanted`, `purge_uncollected`, `pool.order`, `pool.stop`,
`pool.go_on`, `pool.draw`, `pool.ask_purge`, `pool_discard.discard`; in the signer: `signing.run_once`, `pool_signing.seal_keys`.
"""
