"""Key pair generation and protection of the authority's own keys (RFC 3647 §6.1, §6.2): token, ceremony, signing doors.

Owns `custody_keyrecord`, `custody_issuer`, `custody_caintent`, `custody_cacertificate`. Public verb: `create_hierarchy`; the
doors (`certificate_signing`, `crl_signing`, `delegate_signing`, `checkpoint_signing`, `subscriber_keys`) have one importer each.
"""
