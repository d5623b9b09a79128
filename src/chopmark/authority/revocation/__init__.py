"""Certificate revocation and suspension (RFC 3647 §4.9): ending trust, one verb per authority to ask.

Owns `revocation_revocation`, `_suspension`, `_release`, `_holdrequest`. Public verbs: `revoke_by_subscriber`, `revoke_declined`,
`revoke_spent`, `mass.revoke_many`, `suspend_by_subscriber`, `suspend_by_officer`, `release_by_officer`, `revoke_held`, `restore`.
Rows are keyed by issuer and serial number, whether or not a certificate was recorded under it.
"""
