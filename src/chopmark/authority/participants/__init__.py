"""PKI participants and trusted roles (RFC 3647 §1.3, §5.2, §5.3): who may sign in, in which roles, at which outlet,
under which contract; cleared by what, reviewed when.

Owns the tables `participants_*`. Public verbs: `register_staff`, `accept_welcome`, `close_login`, `open_applicant_login`,
`sign_in_staff`, `sign_in_applicant`, `begin_totp`, `confirm_totp`, `give_recovery_codes`, `actor_of`, `subscriber_for`,
`suspend_outlet`, `resume_outlet`, `record_clearance`, `staff_leaves`, `open_review`, `decide`, `suspend_passed_over`,
and the `require_…` that every step looks back at.
"""
