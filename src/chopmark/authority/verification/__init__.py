"""Initial identity verification and application processing (RFC 3647 §3.2, §4.2): by what
evidence, checked by whom, approved or refused.

Owns `verification_evidence`, `verification_sightingticket`, `verification_decision`. Public verbs: `begin_sighting`,
`record_sighting`, `record_duplicate_check`, `record_envelope`, `record_evidence`, `ask_release`, `approve`, `refuse`.
"""
