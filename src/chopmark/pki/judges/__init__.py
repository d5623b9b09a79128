"""The three judges before every signature (C36): our own rules, pkilint, and what `cryptography` decodes."""
