"""The Python that jinja2 makes of Niner's own templates, kept as the rules are, so that a page need not be compiled.

It is run, as what Python keeps of modules is. So it is read only where nobody else could have written it, under the
sha256 of the template, what it is compiled with, this code and the versions. A firm's own templates are never in it.
"""

from base64 import b64decode, b64encode
from collections.abc import Mapping
from contextlib import suppress
from hashlib import sha256

from jinja2 import BytecodeCache, __version__
from jinja2.bccache import Bucket

from niner.process.kept import keep, kept, key_of


class KeptCode(BytecodeCache):
    """The code of templates that are compiled with `options`, those of jinja2's Environment."""

    def __init__(self, options: Mapping[str, object]) -> None:
        named = {name: getattr(value, "__qualname__", value) for name, value in options.items()}
        self._with = f"{__version__} {sorted(named.items())}".encode()

    def get_source_checksum(self, source: str) -> str:
        """The sha256 of a template's text."""
        return sha256(source.encode()).hexdigest()

    def load_bytecode(self, bucket: Bucket) -> None:
        """The code of a template into its bucket, if it was kept."""
        with suppress(LookupError):
            bucket.bytecode_from_string(b64decode(kept("template", self._key(bucket), (), _nothing)))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keeps the code of a bucket."""
        keep("template", self._key(bucket), b64encode(bucket.bytecode_to_string()).decode())

    def _key(self, bucket: Bucket) -> str:
        return key_of((), [self._with, bucket.key.encode(), bucket.checksum.encode()])


def _nothing() -> str:
    raise LookupError("it was not kept")
