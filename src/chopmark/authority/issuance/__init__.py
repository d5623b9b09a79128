"""Certificate issuance (RFC 3647 §4.3): approved facts become an intent, a lint verdict, a signature and a record.

Owns `issuance_intendedcertificate`, `issuance_claim`, `issuance_certificate`, `issuance_spentclaim`, `issuance_blocked`.
Public verbs: `intend`, `mark_spent_claims`; in the signer: `signing.run_once`. Every row is added and read, never changed:
an intent without a claim waits for the signer, a claim without a certificate was spent by a crash.
"""
