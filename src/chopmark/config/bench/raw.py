"""What all cores together sign in a second with nothing else to do: the limit that a rate is held against."""

import os
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from chopmark.authority.custody.software_token import make_private_key, signer_of
from chopmark.authority.custody.token import KeyAlgorithm
from chopmark.pki.algorithms import SignatureAlgorithm

SECONDS = 1.0
_DATA = bytes(900)  # about as long as a TBSCertificate
_AT_ONCE = 50


def signatures_per_second(algorithm: KeyAlgorithm, signature: SignatureAlgorithm) -> float:
    """Over all cores, one process each; each makes a key of its own first."""
    cores = os.cpu_count() or 1
    with ProcessPoolExecutor(cores, mp_context=get_context("spawn")) as pool:
        return sum(pool.map(_rate, [algorithm] * cores, [signature] * cores))


def _rate(algorithm: KeyAlgorithm, signature: SignatureAlgorithm) -> float:
    sign, made = signer_of(make_private_key(algorithm), signature), 0
    began = time.perf_counter()
    while (passed := time.perf_counter() - began) < SECONDS:
        for _ in range(_AT_ONCE):
            sign(_DATA)
        made += _AT_ONCE
    return made / passed
