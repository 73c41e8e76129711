"""Turns a password into the AES-256 lock of one PDF (ISO 32000-2, 7.6.4: version 5, revision 6)."""

import hashlib
import os
import struct
import unicodedata
from dataclasses import dataclass

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7

_ALL_ALLOWED = -4  # whoever has the password may print, copy and fill


@dataclass(frozen=True, slots=True)
class Lock:
    """The key that encrypts a file's streams, and the dictionary by which the password opens them."""

    key: bytes
    dictionary: bytes

    def closed(self, data: bytes) -> bytes:
        """The data of one stream, encrypted, a chance initial vector in front."""
        start, pad = os.urandom(16), PKCS7(128).padder()
        return start + _aes(self.key, modes.CBC(start), pad.update(data) + pad.finalize())


def password_bytes(password: str) -> bytes:
    """The password as it is keyed; raises ValueError for more bytes than the standard keeps (127)."""
    word = unicodedata.normalize("NFKC", password).encode("utf-8")
    if len(word) > 127:
        raise ValueError("longer than 127 bytes")
    return word


def lock(password: str) -> Lock:
    """A lock that `password` opens, for the reader and the owner alike. Every call makes another key."""
    word, key = password_bytes(password), os.urandom(32)
    user, user_key = _entry(word, key, b"")
    owner, owner_key = _entry(word, key, user)
    rights = struct.pack("<i", _ALL_ALLOWED) + b"\xff\xff\xff\xffTadb" + os.urandom(4)
    permissions = _aes(key, modes.ECB(), rights)  # one block, as the standard demands
    parts = {b"U": user, b"UE": user_key, b"O": owner, b"OE": owner_key, b"Perms": permissions}
    strings = b"".join(b"/%s<%s>" % (name, value.hex().encode()) for name, value in parts.items())
    filters = b"/CF<</StdCF<</AuthEvent/DocOpen/CFM/AESV3/Length 32>>>>/StmF/StdCF/StrF/StdCF"
    return Lock(key, b"<</Filter/Standard/V 5/R 6/Length 256/P %d%s%s>>" % (_ALL_ALLOWED, filters, strings))


def _entry(word: bytes, key: bytes, user: bytes) -> tuple[bytes, bytes]:
    """The strings by which a password is checked and gives the file's key (algorithms 8 and 9)."""
    check, wrap = os.urandom(8), os.urandom(8)
    return _hash(word, check, user) + check + wrap, _aes(_hash(word, wrap, user), modes.CBC(bytes(16)), key)


def _hash(word: bytes, salt: bytes, user: bytes) -> bytes:
    """Algorithm 2.B: at least 64 rounds, each choosing its hash by what came before."""
    digest, count = hashlib.sha256(word + salt + user).digest(), 0
    while True:
        block = _aes(digest[:16], modes.CBC(digest[16:32]), (word + digest + user) * 64)
        digest = hashlib.new(("sha256", "sha384", "sha512")[sum(block[:16]) % 3], block).digest()
        count += 1
        if count >= 64 and block[-1] <= count - 32:
            return digest[:32]


def _aes(key: bytes, mode: modes.CBC | modes.ECB, data: bytes) -> bytes:
    encryptor = Cipher(algorithms.AES(key), mode).encryptor()
    return encryptor.update(data) + encryptor.finalize()
