from authority.protocols.ocsp_stage import certificates, delegations, know, source, store  # noqa: F401  fixtures
from authority.signing_stage import ceremony, claimer, hierarchy, issuing, token  # noqa: F401  fixtures
