"""Turns a password into the sentence why no file is locked with it, and a finished PDF into the same PDF locked."""

import stringprep
import unicodedata
from io import BytesIO

from niner.values import Finding

_MOST_BYTES = 127  # ISO 32000-2, 7.6.4.3.3: what is longer is cut off, so that a longer one would open it too


def password_findings(password: str) -> list[Finding]:
    """Why `password` is refused, in one error that says nothing of it but its kind of characters; none if it is good.

    Viewers disagree about characters that have several spellings: some rewrite what is typed (SASLprep, RFC 4013),
    others take it as it is. A password that comes out the same either way opens the file everywhere.
    """
    says = _fault(password)
    if not says:
        return []
    todo = "Choose a password of letters, digits, spaces and signs as they stand on the keyboard. Nothing was made."
    return [Finding("forms.password", "error", says, todo)]


def _fault(password: str) -> str:
    if not password:
        return "The password is empty: the files would open without one."
    try:
        count = len(password.encode())
    except UnicodeEncodeError:
        return "The password has characters that came from the terminal as something other than text (UTF-8)."
    if any(unicodedata.category(c) in ("Cc", "Zl", "Zp") for c in password):
        return "The password has a control character, such as a tab or the end of a line, which can't be typed again."
    if count > _MOST_BYTES:
        return (
            f"The password is {count} bytes long (letters beyond A to Z take two to four); a PDF keeps {_MOST_BYTES}."
        )
    if _prepared(password) != password:
        return (
            "The password has characters that viewers rewrite each in their own way, such as ½, ², a space that "
            "isn't the plain one, an invisible character, or an accent typed apart from its letter."
        )
    if any(_prohibited(c) for c in password):
        return "The password has characters that have no fixed meaning in text, so that viewers may not take them."
    if not _one_direction(password):
        return "The password mixes characters written from left to right with some written from right to left."
    return ""


def _prepared(password: str) -> str:
    """The password as a viewer that follows RFC 4013 reads it: odd spaces plain, invisible characters gone, NFKC."""
    mapped = "".join(" " if stringprep.in_table_c12(c) else c for c in password if not stringprep.in_table_b1(c))
    return unicodedata.normalize("NFKC", mapped)


def _prohibited(character: str) -> bool:
    """What RFC 4013, 2.3 and 2.5 refuse: private, unassigned, tagging and other characters that are no text."""
    tables = (
        stringprep.in_table_a1,
        stringprep.in_table_c22,
        stringprep.in_table_c3,
        stringprep.in_table_c4,
        stringprep.in_table_c6,
        stringprep.in_table_c7,
        stringprep.in_table_c8,
        stringprep.in_table_c9,
    )
    return any(table(character) for table in tables)


def _one_direction(password: str) -> bool:
    """RFC 3454, 6: letters written from right to left stand alone, at both ends too."""
    right_to_left = [stringprep.in_table_d1(c) for c in password]
    if not any(right_to_left):
        return True
    return right_to_left[0] and right_to_left[-1] and not any(map(stringprep.in_table_d2, password))


def locked(data: bytes, password: str) -> bytes:
    """The PDF `data` locked by qpdf with AES-256 (revision 6); `password` opens it and allows everything.

    The key is drawn by chance, so the bytes are others each time.
    """
    out = BytesIO()
    import pikepdf  # large, and wanted only with a password

    with pikepdf.open(BytesIO(data)) as pdf:
        encryption = pikepdf.Encryption(owner=password, user=password, R=6)
        pdf.save(out, encryption=encryption, object_stream_mode=pikepdf.ObjectStreamMode.preserve)
    return out.getvalue()
