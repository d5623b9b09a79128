"""Gathering evidence at an open, authorised outlet, and deciding."""

from chopmark.authority.verification.services.decisions import approve, ask_release, refuse
from chopmark.authority.verification.services.evidence import (
    record_duplicate_check,
    record_envelope,
    record_evidence,
)
from chopmark.authority.verification.services.sighting import Sighting, begin_sighting, record_sighting

__all__ = [
    "Sighting",
    "approve",
    "ask_release",
    "begin_sighting",
    "record_duplicate_check",
    "record_envelope",
    "record_evidence",
    "record_sighting",
    "refuse",
]
