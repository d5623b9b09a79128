"""Audit logging procedures (RFC 3647 §5.4): the append-only record of every act and refusal, in a closed vocabulary.

Owns `audit_leaf` and `audit_payload`. Public verbs: `act`, `leave`, `last_leaf`, `shred`.
"""

from chopmark.authority.audit.tags import AuditTag

__all__ = ["AuditTag"]
