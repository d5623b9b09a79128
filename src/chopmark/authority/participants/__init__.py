"""PKI participants and trusted roles (RFC 3647 §1.3, §5.2): who may sign in, in which roles, at which outlet,
under which contract.

Owns `participants_login`, `participants_roleassignment`, `participants_welcomelink`,
`participants_subscriber`,
`participants_outletsuspension`. Public verbs: `register_staff`, `accept_welcome`, `close_login`,
`open_applicant_login`,
`sign_in_staff`, `sign_in_applicant`, `begin_totp`, `confirm_totp`, `give_recovery_codes`, `actor_of`,
`subscriber_for`,
`suspend_outlet`, `resume_outlet`, and the `require_…` that every step looks back at.
"""
