"""What may be uploaded."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import RequestFactory

from chopmark.config.uploads import LARGEST


def posted(octets: bytes):
    request = RequestFactory().post("/", {"csr_file": SimpleUploadedFile("request.pem", octets)})
    return request.FILES


def test_it_works():
    assert posted(b"-----BEGIN")["csr_file"].read() == b"-----BEGIN"


@pytest.mark.parametrize("size", [LARGEST + 1, 4 * 1024 * 1024])
def test_one_octet_too_many_and_nothing_is_kept(size):
    assert "csr_file" not in posted(bytes(size))
