"""Subscription periods (RFC 3647 §9.1.1): until when a certificate's holder has paid, or need not pay, and by what.

Nothing is written for each certificate: her invoice, or the type's first subscription, says what she has, and a decision about
a cohort gives more. Owns `subscriptions_cohortdecision`; every row is added and read, never changed. Public verbs: `give`,
inside the act of a campaign (`campaigns.extending`); questions: `subscription_of`, `counts`.
"""
