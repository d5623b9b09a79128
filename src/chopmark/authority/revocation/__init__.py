"""Certificate revocation and suspension (RFC 3647 §4.9): ending trust, one verb per authority to ask.

Owns `revocation_revocation`, `_suspension`, `_release`. Public verbs: `revoke_by_subscriber`, `revoke_declined`, `revoke_spent`,
`suspending.suspend_by_subscriber`, `suspending.suspend_by_officer`, `suspending.release_by_officer`, `restoring.restore`.
Rows are keyed by issuer and serial number, whether or not a certificate was recorded under it.
"""
