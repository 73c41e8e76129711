"""Words, numbers and paths to others, the same everywhere: what is equal before is equal after, and nothing else is.

A word becomes letters and digits of its own length; capitals and hexadecimal stay what they are. An amount is
multiplied by one factor, exactly, so that every sum and balance holds; a price by another. Words that formats and
exchanges use are public and stay, unless a person of the case is called so.
"""

import hashlib
import hmac
import re
from collections.abc import Collection
from dataclasses import field
from decimal import Decimal

from niner import exact
from niner.dataclass import dataclass

_DAY = (
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?)?(?:Z| ?[+-][0-9]{2}:?[0-9]{2})?"
    r"|[0-9]{1,2}/[0-9]{1,2}/[0-9]{2,4}|[0-9]{1,2}\.[0-9]{1,2}\.[0-9]{4}|[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?"
    r"|(?:UTC|GMT)[+-][0-9]{1,2}(?::?[0-9]{2})?|1099-[A-Z]+|(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:[0-2][0-9]|3[01])"
)
_EXPONENT = r"(?:[eE][-+]?[0-9]{1,2})?"
_NUMBER = rf"(?:(?:[0-9]{{1,3}}(?:,[0-9]{{3}})+|[0-9]+)?\.[0-9]+|[0-9]{{1,3}}(?:,[0-9]{{3}})+|[0-9]+){_EXPONENT}"
_TOKEN = re.compile(
    rf"(?P<day>(?<![\w.])(?:{_DAY})(?!\w))|(?P<number>(?<![\w.])(?:{_NUMBER})(?!\w|\.[0-9])"
    r"|(?<![\w.])[0-9]+\.[0-9]+(?=[A-Za-z]))|(?P<word>\w+)"
)
_WORD = re.compile(r"[^\W_]+")
_HEX = re.compile(r"(0x)?([0-9a-f]{8,})")
_COMMA = re.compile(r"-?\d{1,3}(?:\.\d{3})+,\d+|-?\d+,(?:\d{1,2}|\d{4,})")
_A_DAY = re.compile(r"(19|20)\d{6}")


@dataclass(slots=True)
class Scrambler:
    """One way to scramble. `private` are words that never stay, `public` those that do; both folded."""

    seed: bytes
    amounts: Decimal
    prices: Decimal
    private: Collection[str]
    public: Collection[str]
    told: dict[str, str] = field(default_factory=dict)
    """What each scrambled word became, folded."""
    numbers: set[str] = field(default_factory=set)
    """The amounts that were changed, as `bare` has them."""
    kept: set[str] = field(default_factory=set)
    """Words and numbers that stay as they are somewhere, so that finding them is no leak."""
    named: Collection[str] = ()
    """Those of the public words that names and ids may have: exchanges and symbols."""
    phrases: Collection[str] = ()
    """Names that become others as a whole, folded."""
    avoid: Collection[str] = ()
    """Words of the case that nothing may become; numbers alone may."""
    _used: set[str] = field(default_factory=set)
    _phrase: re.Pattern[str] | None = None
    _forced_words: set[str] = field(default_factory=set)

    def text(self, text: str, price: bool = False, decimals: int | None = None, ids: bool = False) -> str:
        """Free text or a cell: days stay, numbers are amounts (or prices; with `ids` whole ones are ids),
        words are scrambled."""
        text = self._without_phrases(text)
        if _COMMA.fullmatch(text.strip()):
            plain = text.strip().replace(".", "").replace(",", ".")
            return self.amount(plain, price, decimals).replace(".", ",")

        def told(found: re.Match[str]) -> str:
            if found["day"]:
                self.kept.update(re.findall("[0-9]+", found["day"]))
                return found["day"]
            if found["number"] and ids and found["number"].isdigit():
                return self.word(found["number"])
            if found["number"]:
                return self.amount(found["number"], price, decimals)
            return _WORD.sub(lambda word: self.word(word[0]), found[0])

        return _TOKEN.sub(told, text)

    def amount(self, text: str, price: bool = False, decimals: int | None = None) -> str:
        """A number times its factor, with every digit, or rounded to `decimals`; zero stays."""
        number = Decimal(text.replace(",", ""))
        if not number or (price and self.prices == 1):
            return text
        made = number.fma(self.prices if price else self.amounts, 0, exact.EXACT)
        self.numbers.add(bare(f"{number:f}"))
        least = max(0, -int(number.as_tuple().exponent)) if decimals is None else decimals
        if decimals is not None:
            rounded = made.scaleb(decimals, exact.EXACT).to_integral_value("ROUND_HALF_UP", exact.EXACT)
            return f"{rounded.scaleb(-decimals, exact.EXACT):f}"
        plain = f"{made:f}"
        whole, _, part = plain.partition(".")
        part = part.rstrip("0")
        return f"{whole}.{part.ljust(least, '0')}" if part or least else whole

    def name(self, text: str, of_file: bool = False) -> str:
        """An id, or the name of a wallet, person or file: no number in it is an amount; one or two digits stay.

        A word of layouts stays in the name of a file, which may be recognised by it; names have none but of exchanges.
        """
        public = self.public if of_file else self.named
        return _WORD.sub(lambda word: self.word(word[0], public), self._without_phrases(text))

    def words(self, text: str, header: bool = False, long_numbers: bool = False) -> str:
        """Words of an exchange: they stay, unless a person or wallet is called so; of a header only a person counts.
        With `long_numbers` those of four digits and more are numbers of a card or account."""

        def told(found: re.Match[str]) -> str:
            if found[0].casefold() in self._forced_words:
                return found[0]
            if found[0].casefold() in self.private:
                return self.word(found[0])
            form = re.match("-[A-Z]", found.string[found.end() :])  # 1099-DA
            if long_numbers and found[0].isdigit() and len(found[0]) > 3 and not form:
                return self.word(found[0])
            self.kept.add(found[0].casefold())
            return found[0]

        return _WORD.sub(told, text if header else self._without_phrases(text))

    def _without_phrases(self, text: str) -> str:
        """Each name that becomes another as a whole, by its words, whatever they mean elsewhere."""
        if self._phrase is None:
            several = "|".join(re.escape(phrase) for phrase in sorted(self.phrases, key=len, reverse=True))
            self._phrase = re.compile(rf"(?<![^\W_])(?:{several})(?![^\W_])" if several else r"(?!)", re.IGNORECASE)
        return self._phrase.sub(lambda found: _WORD.sub(self._forced, found[0]), text)

    def _forced(self, found: re.Match[str]) -> str:
        made = self._made(f"{found[0].casefold()}\0", "")
        self._forced_words.add(made)
        return made.capitalize()

    def word(self, word: str, public: Collection[str] | None = None) -> str:
        """A word as it is everywhere: by its letters without regard to capitals, which it keeps."""
        folded = word.casefold()
        if folded in self._forced_words:
            return word
        stays = folded in (self.public if public is None else public) or len(set(folded)) < 2 or len(folded) < 3
        if folded not in self.private and (stays or _A_DAY.fullmatch(folded)):
            self.kept.add(folded)
            return word
        hexadecimal = _HEX.fullmatch(folded)
        if hexadecimal and not folded.isalpha() and not folded.isdigit():
            made = (hexadecimal[1] or "") + self._made(hexadecimal[2], "0123456789abcdef")
        else:
            made = self._made(folded, "")
        return (
            "".join(new.upper() if old.isupper() else new for old, new in zip(word, made, strict=False))
            + made[len(word) :]
        )

    def _made(self, folded: str, alphabet: str) -> str:
        if folded in self.told:
            return self.told[folded]
        for turn in range(10_000):
            key = f"{turn} {folded}".encode()
            stream = b"".join(
                hmac.digest(self.seed, key + bytes([part]), hashlib.sha256) for part in range(len(folded) // 16 + 1)
            )
            letters = zip(folded + "x" * (turn // 400), stream, strict=False)
            made = "".join(_letter(old, byte, alphabet, not place) for place, (old, byte) in enumerate(letters))
            taken = (
                len(set(made)) < 2
                or _A_DAY.fullmatch(made)
                or made in self._used
                or made in self.public
                or made in self.private
            )
            if made != folded and not taken and (made.isdigit() or made not in self.avoid):
                break
        self._used.add(made)
        self.told[folded] = made
        return made


def _letter(old: str, byte: int, alphabet: str, first: bool) -> str:
    if alphabet:
        return alphabet[byte % 16]
    if old.isdigit():
        return "123456789"[byte % 9] if first and old != "0" else "0123456789"[byte % 10]
    return "abcdefghijklmnopqrstuvwxyz"[byte % 26]


def bare(number: str) -> str:
    """A number's digits as they are compared: without commas, sign, point and the zeros around it."""
    digits = (
        number.replace(",", "").lstrip("-+").replace(".", "") if "." in number else number.replace(",", "").lstrip("-+")
    )
    return digits.strip("0")
