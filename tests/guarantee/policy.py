"""The owner's policy with every limit out of the way: what is counted here is leaves."""

import re

from chopmark.strongroom.options import USUAL_POLICY

MUCH = "1000000"
_COUNTS = re.compile(
    r"^(openings\w*|forms_waiting\w*|desk_sign_ins\w*|subject_sign_ins\w*|per_hour|per_day|alert_at|slow_at|stop_at)"
    r" = \d+",
    re.MULTILINE,
)
WIDE = _COUNTS.sub(rf"\1 = {MUCH}", USUAL_POLICY.read_text())
