"""The key that we made for Asha: she takes it, and has our copy destroyed."""

from authority.web.world import begin, issue
from chopmark.authority.kernel import clock
from chopmark.authority.kernel.models import Handover
from chopmark.authority.keymaking.models import KeyCollection, MadeKey, SealedKey


def test_she_may_have_our_copy_destroyed(as_process, asha):
    number = begin(asha, key_source="authority")
    make_key(number)
    with as_process("web"):
        assert asha.post(f"/portal/applications/{number}/key/kept").status_code == 302
    assert Handover.objects.get(name="key.kept").facts == {"reference": number}


def test_it_is_not_handed_over_after_its_certificate_was_declined(as_process, asha, her_number):
    make_key(her_number)
    SealedKey.objects.create(request_id=1, pkcs12=b"sealed", leaf_id=41, sealed_at=clock.now())
    issue(her_number)
    asha.post(f"/portal/applications/{her_number}/reject", {"reason": "name_wrong"})
    with as_process("web"):
        answer = asha.get(f"/portal/applications/{her_number}/key")
    assert "certificate was not accepted" in answer.content.decode() or answer.status_code == 409
    assert answer.headers["Content-Type"] != "application/x-pkcs12"
    assert not KeyCollection.objects.exists()


def make_key(number):
    MadeKey.objects.create(
        request_id=1, application_reference=number, spki=b"her key", leaf_id=41, made_at=clock.now()
    )
