import pytest

from chopmark.authority.custody import selectors
from chopmark.authority.custody.checkpoint_signing import log_key, sign_checkpoint
from chopmark.authority.custody.errors import DoorRefused
from chopmark.authority.custody.models import KeyPurpose
from chopmark.pki.refusals import Refusal
from chopmark.pki.tlog.checkpoint import Checkpoint, open_checkpoint

ORIGIN = "chopmark.example/authority-log"
ROOT = bytes(range(32))


def test_it_works(hierarchy, token):
    note = sign_checkpoint(origin=ORIGIN, size=7, root=ROOT, previous=(5, bytes(32)), token=token)

    _, spki = selectors.public_key(KeyPurpose.LOG)
    assert open_checkpoint(note, log_key(ORIGIN, spki)) == Checkpoint(ORIGIN, 7, ROOT)
    assert note.startswith(f"{ORIGIN}\n7\n")


def test_the_first_has_no_previous(hierarchy, token):
    assert sign_checkpoint(origin=ORIGIN, size=1, root=ROOT, previous=None, token=token)


@pytest.mark.parametrize(("size", "previous"), [(5, (5, ROOT)), (4, (5, ROOT)), (0, None)])
def test_a_log_that_does_not_grow_is_refused(hierarchy, token, size, previous):
    with pytest.raises(DoorRefused, match="log_grows"):
        sign_checkpoint(origin=ORIGIN, size=size, root=ROOT, previous=previous, token=token)


@pytest.mark.parametrize(("origin", "root"), [("two\nlines", ROOT), (ORIGIN, b"short"), ("", ROOT)])
def test_what_is_no_checkpoint_is_not_signed(hierarchy, token, origin, root):
    with pytest.raises(Refusal):
        sign_checkpoint(origin=origin, size=1, root=root, previous=None, token=token)
