"""Fills of any pack with every field used, for the tests of the forms room."""

from niner.forms import FieldValue, FormFill, Pack, PageFill

SSN = "900123456"


def every_field(pack: Pack, *, seed: int = 0) -> FormFill:
    """A fill of every page: each writable field has a value of its own, one tick a group."""
    pages = []
    for number, page in enumerate(pack.pages):
        values: dict[str, FieldValue] = {}
        groups: set[str] = set()
        for place, (key, field) in enumerate(page.fields.items(), seed):
            if field.read_only:
                continue
            if field.kind == "tick":
                if field.group and field.group in groups:
                    continue
                groups.add(field.group)
                values[key] = True
            elif field.kind == "ssn":
                values[key] = SSN
            elif field.kind == "money":
                amount = 100_000 + 1_111 * place
                values[key] = -amount if field.printed_parentheses or place % 3 == 0 else amount
            else:
                values[key] = f"T{place}"[: field.max_length or 9]
        pages.append(PageFill(number, values))
    return FormFill(pack.form, pack.year, tuple(pages), pack.revision)


def rows(pack: Pack, page: int, count: int, box: str) -> PageFill:
    """One page of Form 8949 with `count` rows in `box`, its totals too."""
    values: dict[str, FieldValue] = {"name": "Ada Example", "ssn": SSN, f"box.{box}": True}
    for n in range(1, count + 1):
        values |= {
            f"row.{n}.a": f"0.{n:08d} BTC", f"row.{n}.b": "03/01/2023", f"row.{n}.c": "02/29/2024",
            f"row.{n}.d": 100_000 * n, f"row.{n}.e": 120_000 * n, f"row.{n}.h": -20_000 * n,
        }  # fmt: skip
    values |= {"total.d": 100_000 * count, "total.e": 120_000 * count, "total.h": -20_000 * count}
    return PageFill(page, values)
