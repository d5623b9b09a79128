"""Two value-added services for a policy: one that reaches somebody itself, one that hands data on; a mailing under a grant."""

SERVICES = """
[purpose.offers]
fields = ["email", "phone"]
callers = ["authority"]
kinds = ["choice"]
marketing = true
per_hour = 1000
per_day = 5000
en = "To tell you of offers"
zh = "通知你優惠"

[purpose.reminders]
fields = ["email", "phone"]
callers = ["authority"]
kinds = ["choice"]
marketing = true
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
data_en = "Your e-mail address and telephone number"
data_zh = "你的電郵地址及電話號碼"
marketing_en = "Smart card readers, and certificates of other kinds"
marketing_zh = "智能卡閱讀器及其他種類的證書"
transfer = "none"
opt_out_en = "Take your yes back at this desk, free of charge"
opt_out_zh = "在本處櫃檯免費收回同意"

[purpose.partner_offers]
fields = ["email"]
callers = ["authority"]
kinds = ["choice"]
marketing = true
per_hour = 1000
per_day = 5000
en = "To let a partner tell you of offers"
zh = "讓合作機構通知你優惠"

[service.partners]
brand_en = "Example Partners"
brand_zh = "例子夥伴"
purposes = ["partner_offers"]
channels = ["email"]
from = 2026-11-01
until = 2027-11-01
data_en = "Your e-mail address"
data_zh = "你的電郵地址"
marketing_en = "Insurance"
marketing_zh = "保險"
transfer = "for_gain"
given_to_en = "Insurers in Hong Kong"
given_to_zh = "香港的保險公司"
opt_out_en = "Take your yes back at this desk, free of charge"
opt_out_zh = "在本處櫃檯免費收回同意"

[purpose.mailing]
fields = ["email", "phone"]
callers = ["authority"]
kinds = ["grant"]
marketing = true
per_hour = 1000
per_day = 5000
en = "To tell everybody of something new"
zh = "通知所有人新消息"
"""
