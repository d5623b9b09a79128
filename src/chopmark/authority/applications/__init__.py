"""Certificate application (RFC 3647 §4.1): an applicant asks; the application is complete with the desk's receipt.

Owns `applications_application`. Public verbs: `begin`, `complete`, `withdraw`. No personal record is here: what will stand
in the certificate comes with the owner's signed receipt, everything else stays in the strongroom.
"""
