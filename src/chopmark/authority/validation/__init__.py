"""Certificate status services (RFC 3647 §4.10): what relying parties are told of a serial number, and who may tell it.

Owns `validation_delegaterequest`, `_delegateclaim`, `_refuseddelegate`, `_delegate`, `_statuschange`. Public verbs:
`request_delegate`, `status_feed.follow`; in the signer: `signing.run_once`. It reads issuance, custody and revocation and
changes none of them.
"""
