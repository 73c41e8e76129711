"""Turns a pack and a blank into the list of their differences: an empty list proves the pack."""

import hashlib
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from niner.forms.pack.labels import label_differences, printed_words, year_wrong
from niner.forms.pack.packfile import read_pack
from niner.forms.pack.values import Field, Pack
from niner.forms.pack.widgets import Widget, blank_facts
from niner.values import Finding, Source

_TOLERANCE = 0.02  # points; the packs keep three decimals


def verify_pack(pack: Pack, blank: bytes) -> list[Finding]:
    """Compare every field of `pack` with `blank`: name, rectangle, kind, ticked value, length, read-only.

    Where all of that agrees, the printed labels around each field are read and compared with the line it carries.
    Errors mean that the blank must not be filled by this pack. A sha256 that isn't the pack's is an error too.
    """
    where = Source(f"{pack.form}/{pack.path.name}" if pack.path.name else pack.form)

    def error(what: str, says: str, value: str = "") -> Finding:
        todo = "Don't fill this blank. If the IRS has revised the form, make a pack for the new revision."
        return Finding(
            f"forms.{what}", "error", f"{pack.title} {pack.revision}: {says}", todo, source=where, value=value
        )

    sha256 = hashlib.sha256(blank).hexdigest()
    differences = []
    if pack.blank.sha256 and sha256 != pack.blank.sha256:
        says = "the file is not the blank the pack was made from (its sha256 differs)."
        differences.append(error("other_blank", says, sha256))
    try:
        facts = blank_facts(blank)
    except ValueError as problem:
        return [*differences, error("not_a_form", f"the file can't be used: {problem}.")]
    if facts.root != pack.root:
        differences.append(error("root", f"the fields begin with {facts.root!r}, not {pack.root!r}.", facts.root))
    if len(facts.page_sizes) != len(pack.pages):
        differences.append(error("pages", f"the file has {len(facts.page_sizes)} pages, the pack {len(pack.pages)}."))
    if any(abs(a - b) > 0.1 for size in facts.page_sizes for a, b in zip(size, pack.page_size, strict=True)):
        differences.append(error("page_size", "a page has another size than the pack says."))
    there = {(w.page, w.name): w for w in facts.widgets}
    if len(there) != len(facts.widgets):
        differences.append(error("field_twice", "the file has two fields of one name."))
    ours = {(place, f.name): f for place, page in enumerate(pack.pages) for f in page.fields.values()}
    for (place, name), item in ours.items():
        if (place, name) not in there:
            differences.append(error("field_missing", f"line {item.key} on page {place + 1}: no field {name}.", name))
        else:
            differences += [
                error("field_differs", f"line {item.key} on page {place + 1}, field {name}: {d}.", name)
                for d in field_differences(item, there[place, name])
            ]
    for place, name in sorted(there.keys() - ours.keys()):
        differences.append(error("field_unknown", f"page {place + 1} has a field the pack doesn't know: {name}.", name))
    if all(f.id == "forms.other_blank" for f in differences):
        year = year_wrong(pack.revision, printed_words(blank))
        if year:
            differences.append(error("year", f"{year}."))
        for place, key, word in printed_over(pack, blank):
            says = f"{key} on the margin of page {place + 1} lies over what is printed there: {word}."
            differences.append(error("margin", says, key))
        for place, line, wrong in label_differences(pack, blank):
            differences.append(error("label_differs", f"line {line} on page {place + 1}: {wrong}.", line))
    return differences


def printed_over(pack: Pack, blank: bytes) -> list[tuple[int, str, str]]:
    """The places on the margins that are not free: page, key and the word of the blank that stands there."""
    return [
        (place, key, word.text)
        for place, words in enumerate(printed_words(blank)[: len(pack.pages)])
        for key, item in pack.pages[place].margin.items()
        for word in words
        if word.rect[0] < item.rect[2]
        and item.rect[0] < word.rect[2]
        and word.rect[1] < item.rect[3]
        and item.rect[1] < word.rect[3]
    ]


def field_differences(item: Field, widget: Widget) -> list[str]:
    """What differs between a pack's field and the blank's, in words."""
    found = []
    if (item.kind == "tick") != (widget.kind == "tick") or widget.kind == "other":
        found.append(f"the form has a {widget.kind} field, the pack says {item.kind}")
    if any(abs(a - b) > _TOLERANCE for a, b in zip(item.rect, widget.rect, strict=True)):
        found.append(f"its rectangle is {widget.rect}, the pack says {item.rect}")
    pairs: dict[str, tuple[object, object]] = {
        "its ticked value": ((item.state,) if item.kind == "tick" else (), widget.states),
        "its length": (item.max_length, widget.max_length),
        "being a comb": (item.comb, widget.comb),
        "being read-only": (item.read_only, widget.read_only),
        "having several lines": (item.lines > 1, widget.multiline),
        "its border": (item.border, widget.border),
    }
    if item.kind != "tick":
        pairs["its alignment"] = (item.align, widget.align)
    found += [
        f"{what} is {theirs!r}, the pack says {ours!r}" for what, (ours, theirs) in pairs.items() if ours != theirs
    ]
    return found


def differences_apart(pack: Pack, blank: bytes, seconds: int = 20) -> list[str]:
    """What `verify_pack` says of a file nobody vouches for, read in a process of its own with little time and memory.

    The file may have been made to do harm: to unpack without end, to loop, to crash a reader. Its sha256 is left out.
    """
    order = json.dumps({"pack": str(pack.path), "year": pack.year, "seconds": seconds}).encode()
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-c", "from niner.forms.pack.verify import serve; serve()"],
            input=order + b"\n" + blank,
            capture_output=True,
            timeout=seconds + 5,
            check=True,
        )
        return [str(says) for says in json.loads(done.stdout)]
    except (subprocess.SubprocessError, ValueError, OSError):
        return ["the file can't be read."]


def serve() -> None:
    """The process of `differences_apart`: order and file on standard input, the differences on standard output."""
    order = json.loads(sys.stdin.buffer.readline())
    limit_process(order["seconds"])
    pack = replace(read_pack(Path(order["pack"])), year=order["year"])
    found = verify_pack(pack, sys.stdin.buffer.read())
    print(json.dumps([f.says.split(": ", 1)[-1] for f in found if f.id != "forms.other_blank"]))


def limit_process(seconds: int) -> None:
    """Take the process at most so many seconds of work and 1.5 GB, where the system can."""
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        resource.setrlimit(resource.RLIMIT_AS, (1_500_000_000, 1_500_000_000))
