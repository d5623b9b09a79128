"""Transparency logs as bytes: leaves, RFC 6962 trees, C2SP tiles, checkpoints and signed notes."""
