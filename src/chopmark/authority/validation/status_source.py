"""What the authority says of a serial number now (RFC 6960 §2.2): from the store, as long as it is known to be right."""

from datetime import datetime, timedelta

import lmdb

from chopmark.authority.validation.errors import StatusNotKnown
from chopmark.authority.validation.status import Status
from chopmark.authority.validation.status_store import StatusStore


class StatusSource:
    """One per responder. Whoever follows the database says as of when the store is right; who answers asks here first."""

    def __init__(self, *, may_lag: timedelta) -> None:
        self._may_lag = may_lag
        self._store: StatusStore | None = None
        self._right_as_of: datetime | None = None

    def read_from(self, store: StatusStore, *, right_as_of: datetime) -> None:
        self._store, self._right_as_of = store, right_as_of

    def is_known(self, now: datetime) -> bool:
        """False too when the clock was set back, until the next round: how old the store is then cannot be said."""
        as_of = self._right_as_of
        return as_of is not None and as_of <= now <= as_of + self._may_lag

    def require_known(self, now: datetime) -> None:
        if not self.is_known(now):
            raise StatusNotKnown

    def status_of(self, issuer_id: int, serial_number: bytes) -> Status:
        """Revoked once revoked, recorded or not; good from recording; unknown otherwise. `require_known` comes before."""
        if self._store is None:
            raise StatusNotKnown
        try:
            return self._store.status_of(issuer_id, serial_number)
        except lmdb.Error as error:
            raise StatusNotKnown from error
