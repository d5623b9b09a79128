from authority.signing_stage import ceremony, claimer, hierarchy, issuing, token  # noqa: F401  fixtures
