"""Whether a point is on its curve (SP 800-56A rev. 3 §5.6.2.3.3), for populations: to load each key costs as much as to sign.

The cofactor of P-256 is one, so that a point of the curve is of its order and nothing more is to be asked.
"""

# SP 800-186 §3.2.1.3.
_P = 2**256 - 2**224 + 2**192 + 2**96 - 1
_B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B


def is_on_p256(point: bytes) -> bool:
    """An uncompressed point, 0x04 and both coordinates (SEC 1 §2.3.3); it cannot be the point at infinity."""
    x, y = int.from_bytes(point[1:33], "big"), int.from_bytes(point[33:], "big")
    return (
        len(point) == 65 and point[0] == 4 and x < _P and y < _P and (y * y - (x * x - 3) * x - _B) % _P == 0
    )
