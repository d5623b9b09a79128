"""Certificate acceptance and delivery of private keys (RFC 3647 §4.4, §6.1.2): offered, then
accepted or rejected by the subscriber.

Owns `delivery_offer`, `delivery_answer`. Public verbs: `offer`, `accept`, `reject`, `lapse`.
"""
