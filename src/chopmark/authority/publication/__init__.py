"""Publication and repository (RFC 3647 §2): lists, authority certificates and accepted certificates made public, on the clock.

Owns `publication_crlintent`, `_crlclaim`, `_crl`, `_refusedcrl`, `_crlpublication`, `_certificatepublication`, and the files in
CHOPMARK_PUBLIC_DIR, all of which can be made again from the database. Public verbs: `prepare_crl`, `prepare_due`,
`prepare_all`, `publish_now`, `publish_crl`, `publish_signed`, `publish_authorities`, `publish_certificate`,
`publish_chunk`, `mend_published`, `slots.proofs`; in the signer: `signing.run_once`.
"""
