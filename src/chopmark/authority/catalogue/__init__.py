"""Certificate usage and profiles (RFC 3647 §1.4, §7): types, profiles, issuers, tariff and recognition in
force on a date.

Policy is data: this app owns no tables, it reads a pack of TOML and refuses to start on one with a mistake in
it.
Public verbs: `current`, `type_in_force`, `require_recognised`, `issuer_for`, `policy_for`, `price`,
`reliance_limit`.
"""
