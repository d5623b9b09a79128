"""Certificate usage and profiles (RFC 3647 §1.4, §7): types, profiles, issuers, tariff and recognition in
force on a date.

Policy is data: this app reads a pack of TOML, refuses to start on one with a mistake in it, and remembers only
which editions were in force.
Public verbs: `current`, `type_in_force`, `require_recognised`, `issuer_for`, `policy_for`, `price`,
`reliance_limit`.
"""
