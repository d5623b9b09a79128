"""The closed vocabulary of the strongroom's log: "subject:action", alphabetical, never reused."""

from enum import StrEnum


class Tag(StrEnum):
    CASE_CLOSED = "case:closed"
    CASE_CONFIRMED = "case:confirmed"
    CASE_EXPIRED = "case:expired"
    KEK_RETIRED = "kek:retired"
    KEK_REWRAPPED = "kek:rewrapped"
    KEK_ROTATED = "kek:rotated"
    OFFICER_LEFT = "officer:left"
    OFFICER_REGISTERED = "officer:registered"
    OFFICER_SIGNED_IN = "officer:signed_in"
    OFFICER_WELCOMED = "officer:welcomed"
    RECEIPT_REPEATED = "receipt:repeated"
    RECORD_COMPARED = "record:compared"
    RECORD_MATCHED = "record:matched"
    RECORD_OPENED = "record:opened"
    RECORD_SUBMITTED = "record:submitted"
    SIGHTING_SIGNED = "sighting:signed"
    SOFTWARE_KEY_WAIVED = "software_key:waived"
    STRONGROOM_UNSEALED = "strongroom:unsealed"
    SUBJECT_SIGNED_IN = "subject:signed_in"
