"""The kernel: clock, actors, identifiers and the outbox that every step of the CPS stands on; it knows nothing of certificates.

Owns `kernel_handover`. Public verbs: `clock.now`, `outbox.hand_on`, `outbox.drain`.
"""
