"""A token made of files, for development: whoever reads the directory and the passphrase has the keys."""

import os
import re
import threading
import warnings
from collections.abc import Callable
from functools import partial
from pathlib import Path

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, mldsa, padding, rsa, x25519

from chopmark.authority.custody.errors import AlgorithmNotOfKey, KeyNotInToken, LabelTaken
from chopmark.authority.custody.token import SIGNS_WITH, KeyAlgorithm, KeyHandle
from chopmark.pki.algorithms import SignatureAlgorithm

PrivateKey = (
    ec.EllipticCurvePrivateKey
    | rsa.RSAPrivateKey
    | ed25519.Ed25519PrivateKey
    | mldsa.MLDSA65PrivateKey
    | x25519.X25519PrivateKey
)
# Data in, a signature over it out.
Signer = Callable[[bytes], bytes]

LABEL = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,62}[a-z0-9])?")
HASHES: dict[SignatureAlgorithm, hashes.HashAlgorithm] = {
    SignatureAlgorithm.ECDSA_SHA256: hashes.SHA256(),
    SignatureAlgorithm.ECDSA_SHA384: hashes.SHA384(),
    SignatureAlgorithm.RSA_SHA256: hashes.SHA256(),
    SignatureAlgorithm.RSA_SHA384: hashes.SHA384(),
    SignatureAlgorithm.RSA_SHA512: hashes.SHA512(),
}


class UnsafeTokenInUse(UserWarning):
    """Keys are held in files."""


class UnsafeSoftwareToken:
    """Keys as PKCS#8 files under one passphrase, readable by their owner only; it warns whenever it is opened."""

    def __init__(self, directory: Path, passphrase: bytes) -> None:
        if not passphrase:
            raise ValueError("a software token needs a passphrase")
        warnings.warn(f"keys are files in {directory}", UnsafeTokenInUse, stacklevel=2)
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._directory = directory
        self._passphrase = passphrase
        self._opened: dict[str, PrivateKey] = {}
        self._signers: dict[tuple[str, SignatureAlgorithm], Signer] = {}
        # A PKCS#11 session bears one caller at a time; the stand-in keeps the same discipline.
        self._lock = threading.Lock()

    def has(self, label: str) -> bool:
        return self._path(label).exists()

    def handle(self, label: str) -> KeyHandle:
        if not self.has(label):
            raise KeyNotInToken(label=label)
        return KeyHandle(label)

    def generate(self, label: str, algorithm: KeyAlgorithm) -> KeyHandle:
        with self._lock:
            key = make_private_key(algorithm)
            _write_once(self._path(label), pkcs8(key, self._passphrase), label)
            self._opened[label] = key
        return KeyHandle(label)

    def public_key_der(self, handle: KeyHandle) -> bytes:
        return spki_of(self._key(handle))

    def sign(self, handle: KeyHandle, data: bytes, algorithm: SignatureAlgorithm) -> bytes:
        sign = self._signers.get((handle.label, algorithm)) or self._ready(handle, algorithm)
        with self._lock:
            return sign(data)

    def _ready(self, handle: KeyHandle, algorithm: SignatureAlgorithm) -> Signer:
        key = self._key(handle)
        if algorithm not in SIGNS_WITH[algorithm_of(key)]:
            raise AlgorithmNotOfKey(label=handle.label, algorithm=algorithm)
        self._signers[handle.label, algorithm] = signer_of(key, algorithm)
        return self._signers[handle.label, algorithm]

    def agree(self, handle: KeyHandle, peer_public_key: bytes) -> bytes:
        key = self._key(handle)
        if not isinstance(key, x25519.X25519PrivateKey):
            raise AlgorithmNotOfKey(label=handle.label, algorithm=KeyAlgorithm.X25519)
        with self._lock:
            return key.exchange(x25519.X25519PublicKey.from_public_bytes(peer_public_key))

    def _key(self, handle: KeyHandle) -> PrivateKey:
        with self._lock:
            if handle.label not in self._opened:
                self._opened[handle.label] = self._read(handle.label)
            return self._opened[handle.label]

    def _read(self, label: str) -> PrivateKey:
        try:
            key = serialization.load_der_private_key(self._path(label).read_bytes(), self._passphrase)
        except (FileNotFoundError, ValueError):
            raise KeyNotInToken(label=label) from None
        if not isinstance(key, PrivateKey):
            raise KeyNotInToken(label=label)
        return key

    def _path(self, label: str) -> Path:
        if not LABEL.fullmatch(label):
            raise KeyNotInToken(label="?")
        return self._directory / f"{label}.p8"


def _write_once(path: Path, content: bytes, label: str) -> None:
    # The name appears only after the bytes are on the disk, and never over another key: a crash leaves
    # either nothing under this label, or the whole key.
    draft = path.with_suffix(f".{os.getpid()}-{threading.get_ident()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)
    except FileExistsError:
        raise LabelTaken(label=label) from None
    finally:
        draft.unlink()
    _sync_directory(path.parent)


def _sync_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_private_key(algorithm: KeyAlgorithm) -> PrivateKey:
    """A new key from the operating system's randomness."""
    match algorithm:
        case KeyAlgorithm.P256:
            return ec.generate_private_key(ec.SECP256R1())
        case KeyAlgorithm.P384:
            return ec.generate_private_key(ec.SECP384R1())
        case KeyAlgorithm.ED25519:
            return ed25519.Ed25519PrivateKey.generate()
        case KeyAlgorithm.ML_DSA_65:
            return mldsa.MLDSA65PrivateKey.generate()
        case KeyAlgorithm.X25519:
            return x25519.X25519PrivateKey.generate()
        case KeyAlgorithm.RSA_2048 | KeyAlgorithm.RSA_3072 | KeyAlgorithm.RSA_4096:
            return rsa.generate_private_key(public_exponent=65537, key_size=int(algorithm.value[4:]))


def algorithm_of(key: PrivateKey) -> KeyAlgorithm:
    match key:
        case ec.EllipticCurvePrivateKey():
            return KeyAlgorithm.P384 if key.key_size == 384 else KeyAlgorithm.P256
        case rsa.RSAPrivateKey():
            return KeyAlgorithm(f"RSA-{key.key_size}")
        case ed25519.Ed25519PrivateKey():
            return KeyAlgorithm.ED25519
        case mldsa.MLDSA65PrivateKey():
            return KeyAlgorithm.ML_DSA_65
        case _:
            return KeyAlgorithm.X25519


def signer_of(key: PrivateKey, algorithm: SignatureAlgorithm) -> Signer:
    """What signs with this key by this algorithm: which that is, is asked once and not for each of a population."""
    match key:
        case ec.EllipticCurvePrivateKey():
            return partial(key.sign, signature_algorithm=ec.ECDSA(HASHES[algorithm]))
        case rsa.RSAPrivateKey():
            return partial(key.sign, padding=padding.PKCS1v15(), algorithm=HASHES[algorithm])
        case ed25519.Ed25519PrivateKey() | mldsa.MLDSA65PrivateKey():
            return key.sign
        case _:
            raise AlgorithmNotOfKey(algorithm=algorithm)


def pkcs8(key: PrivateKey, passphrase: bytes) -> bytes:
    protection = serialization.BestAvailableEncryption(passphrase)
    return key.private_bytes(serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, protection)


def spki_of(key: PrivateKey) -> bytes:
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_key().public_bytes(serialization.Encoding.DER, form)
