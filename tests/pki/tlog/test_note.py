import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from chopmark.pki.tlog.note import (
    NoteForged,
    NoteMalformed,
    NoteUnsigned,
    VerifierKeyMalformed,
    parse_note,
    parse_verifier_key,
    signature_line,
    signed_text,
    verifier_key,
    verify_note,
)

PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
KEY = verifier_key("log.example/one", PRIVATE.public_key().public_bytes_raw())
HAND_MADE_KEY = "log.example/one+be6ef7a5+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4"
HAND_MADE_NOTE = """A line

after an empty line

— log.example/one vm73pZLrWH5LLPVNBUzPYTklIINChtuF173usKhu5U1c7XA/uJiM2qFQjAxSJ1iCSmSfjVRussX4iJ34/ZADOyE9DwY=
"""
BODY = "A line\n\nafter an empty line\n"


def line(body: str = BODY, key=KEY) -> str:
    return signature_line(key, PRIVATE.sign(body.encode()))


SIGNED = signed_text(BODY, [line()])


def test_it_works():
    assert verify_note(SIGNED, parse_verifier_key(str(KEY))) == BODY


def test_the_format_is_the_one_worked_out_by_hand():
    # Made with `openssl pkeyutl -sign -rawin` and `sha256sum`, from the key whose seed is 00 01 02 … 1f.
    assert str(KEY) == HAND_MADE_KEY
    assert SIGNED == HAND_MADE_NOTE


def test_other_signatures_are_passed_over():
    stranger = signature_line(verifier_key("witness.example", bytes(32)), bytes(64))
    namesake = signature_line(verifier_key(KEY.name, bytes(32)), bytes(64))
    unheard_of = "— post.example/quantum " + base64.b64encode(bytes(2_424)).decode() + "\n"

    assert verify_note(signed_text(BODY, [stranger, namesake, line(), unheard_of]), KEY) == BODY


def test_a_note_nobody_known_signed_is_not_believed():
    with pytest.raises(NoteUnsigned):
        verify_note(signed_text(BODY, [signature_line(verifier_key("w", bytes(32)), bytes(64))]), KEY)


def test_one_false_signature_spoils_the_note():
    with pytest.raises(NoteForged):
        verify_note(SIGNED.replace("A line", "B line"), KEY)
    with pytest.raises(NoteForged):
        verify_note(signed_text(BODY, [line(), signature_line(KEY, bytes(64))]), KEY)
    with pytest.raises(NoteForged):
        verify_note(signed_text(BODY, [signature_line(KEY, b"short")]), KEY)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        BODY,
        BODY + "\n",
        SIGNED[:-1],
        SIGNED + "\n",
        SIGNED.replace("\n", "\r\n"),
        SIGNED.replace("A line", "A\tline"),
        SIGNED.replace("— ", "- "),
        SIGNED.replace("— log.example/one ", "— "),
        SIGNED.replace("— log.example/one ", "— log.example+one "),
        SIGNED.replace("— log.example/one ", "— log.example/one  "),
        SIGNED.replace("— log.example/one ", "— log\N{NO-BREAK SPACE}.example/one "),
        SIGNED + "— log.example/one AAAA\n",
        SIGNED + "— log.example/one !!!!!!!!\n",
        SIGNED + "no signature\n",
        BODY + "\n" + line() * 65,
        "x" * 1_000_001 + SIGNED,
    ],
)
def test_anything_else_is_not_a_note(text):
    with pytest.raises(NoteMalformed):
        verify_note(text, KEY)


def test_sixteen_signatures_are_few():
    assert len(parse_note(signed_text(BODY, [line()] * 16)).signatures) == 16


def test_a_body_that_would_be_read_differently_is_not_signed():
    with pytest.raises(NoteMalformed):
        signed_text("no newline at the end", [line()])
    with pytest.raises(NoteMalformed):
        signed_text(BODY, [])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "log.example/one",
        str(KEY).replace("one", "two"),
        str(KEY).replace("+AQ", "+BA"),
        str(KEY)[:-4],
        str(KEY).replace("+", " "),
        "log example+" + str(KEY).split("+", 1)[1],
    ],
)
def test_a_verifier_key_that_contradicts_itself_is_refused(text):
    with pytest.raises(VerifierKeyMalformed):
        parse_verifier_key(text)
