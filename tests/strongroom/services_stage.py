"""A policy with one value-added service that the owner approved."""

from chopmark.strongroom.options import USUAL_POLICY

POLICY = (
    USUAL_POLICY.read_text()
    + """
[purpose.offers]
fields = ["email", "phone"]
callers = ["authority"]
kinds = ["choice"]
per_hour = 1000
per_day = 5000
en = "To tell you of offers"
zh = "通知你優惠"

[purpose.reminders]
fields = ["email", "phone"]
callers = ["authority"]
kinds = ["choice"]
per_hour = 1000
per_day = 5000
en = "To remind you of other certificates of yours that end"
zh = "提醒你其他證書即將到期"

[service.club]
brand_en = "Example Club"
brand_zh = "例子會"
purposes = ["offers", "reminders"]
channels = ["email", "phone"]
from = 2026-11-01
until = 2027-11-01
"""
)
