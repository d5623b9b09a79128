"""The owner's policy (RFC 3647 §9.4): one TOML file that she changes without touching code, read and checked at start."""
