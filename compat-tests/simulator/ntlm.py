"""The client's side of NTLM version 2, as Windows plays it for somebody with a name and a password."""
import hashlib
import hmac
import struct

signature = b"NTLMSSP\0"


def opening():
    """The first message."""
    return signature + struct.pack("<I", 1) + bytes(20)


def answer(challenge, user, password):
    """The third message, for the second one."""
    length, _, offset = struct.unpack_from("<HHI", challenge, 40)
    blob = b"\1\1" + bytes(6) + bytes(8) + b"\7" * 8 + bytes(4) + challenge[offset : offset + length] + bytes(4)
    key = hmac.new(md4(password.encode("utf-16-le")), user.upper().encode("utf-16-le"), hashlib.md5).digest()
    proof = hmac.new(key, challenge[24:32] + blob, hashlib.md5).digest()
    parts = [bytes(24), proof + blob, b"", user.encode("utf-16-le"), "WS".encode("utf-16-le"), b""]
    head, offset = signature + struct.pack("<I", 3), 64
    for part in parts:
        head += struct.pack("<HHI", len(part), len(part), offset)
        offset += len(part)
    return head + bytes(64 - len(head)) + b"".join(parts)


def md4(data):
    """RFC 1320; the hash module of many Pythons has it no more."""
    state = [0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476]
    rounds = [
        (lambda x, y, z: (x & y) | (~x & z), 0, list(range(16)), [3, 7, 11, 19]),
        (lambda x, y, z: (x & y) | (x & z) | (y & z), 0x5A827999,
         [0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15], [3, 5, 9, 13]),
        (lambda x, y, z: x ^ y ^ z, 0x6ED9EBA1,
         [0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15], [3, 9, 11, 15]),
    ]
    padded = data + b"\x80" + bytes((55 - len(data)) % 64) + struct.pack("<Q", 8 * len(data))
    for at in range(0, len(padded), 64):
        words = struct.unpack_from("<16I", padded, at)
        a, b, c, d = state
        for function, constant, order, shifts in rounds:
            for step, index in enumerate(order):
                total = (a + function(b, c, d) + words[index] + constant) & 0xFFFFFFFF
                shift = shifts[step % 4]
                a, b, c, d = d, (total << shift | total >> (32 - shift)) & 0xFFFFFFFF, b, c
        state = [(old + new) & 0xFFFFFFFF for old, new in zip(state, (a, b, c, d))]
    return struct.pack("<4I", *state)
