"""What operators read of a campaign before they agree to it."""

from authority.web.campaigns import page_of, planned_replacement, planned_revocation, text


def both_pages(operator, campaign) -> list[str]:
    return [text(operator.client.get(page_of(campaign, verb))) for verb in ("", "approve")]


def test_what_a_mass_revocation_revokes_is_read_where_it_is_agreed_to(operator, as_process):
    with as_process("operator"):
        campaign = planned_revocation(3)
    with as_process("web"):
        pages = both_pages(operator, campaign)
    for said in pages:
        assert "Certificates that are revoked 3" in said
        assert "Reason of the revocation the key may be in other hands (key_compromise)" in said
        assert "Of the issuing authority identity-1 With a key of the kind rsa-2048" in said
        assert "Valid from before this moment 1 November 2026, 00:00" in said
        assert "By type e-Cert on a smart identity card: 3" in said
        assert "More entries on each list identity-1.crl: 3 identity-1-3.crl: 2" in said
        assert "No centre: 1" in said
        assert "When the lists have them identity-1: Full lists at once" in said
        assert "Left out: revoked already 7 Left out: expired 11" in said
        assert "new certificate" not in said


def test_what_a_mass_replacement_does_is_read_where_it_is_agreed_to(operator, as_process):
    with as_process("operator"):
        campaign = planned_replacement(3, lines=2, then="revoke")
    with as_process("web"):
        pages = both_pages(operator, campaign)
    for said in pages:
        assert "Certificates that are replaced 3 By the serial numbers of a file 3" in said
        assert "They go by 1 March 2027, 00:00" in said
        assert (
            "Without a new certificate by then They are revoked too, but not where our side refused" in said
        )
        assert "Days beside the new one 14" in said
        assert "New certificates 2" in said
        assert "Agreement terms 1" in said
        assert f"Grant of the owner {campaign.grant_id}" in said
        assert "With a new key in the file 2 Without a new key 1" in said
        assert "Fee of each HK$50 Fees together HK$100" in said
        assert "Issuing authority of the new certificates identity-2" in said


def test_what_is_agreed_to_is_what_the_digest_is_over(operator):
    """Facts of the dry run stand beside it: whoever alters them alters nothing that anybody agrees to."""
    campaign = planned_revocation(
        3, other_facts={"reason": "superseded", "certificates": 1, "matching": {"type": "personal"}}
    )
    for said in both_pages(operator, campaign):
        assert "(key_compromise)" in said
        assert "superseded" not in said
        assert "Certificates that are revoked 3" in said


def test_a_plan_is_read_in_chinese(operator):
    campaign = planned_replacement(3)
    answer = operator.client.get(page_of(campaign, "approve"), headers={"Accept-Language": "zh-hant"})
    assert "屆時未有新證書者 維持有效，並列入報告" in text(answer)
    assert "最遲於何時撤銷 2027年3月1日 00:00" in text(answer)


def test_what_nobody_worded_of_a_plan_stands_as_it_is(operator):
    campaign = planned_revocation(3, more_terms={"matching": {"colour": "red"}, "twice": "over"})
    for said in both_pages(operator, campaign):
        assert "colour red" in said
        assert "twice over" in said
