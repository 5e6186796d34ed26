"""Formats of days and times in site profiles: directives as in strftime, and `era` for Japanese eras."""

import re

PARTS = frozenset("YmdHMSz")
"""Directives that a format may have; `era` stands for every way to write a day of a Japanese era."""


def check(formats: tuple[str, ...]) -> tuple[str, ...]:
    """The formats, all of known directives and told apart by their shape; raises `ValueError`."""
    shapes: dict[str, str] = {}
    for text in formats:
        parts = re.findall(r"%(.?)", text)
        if text.startswith("era"):
            parts.append("Y")
        if "Y" not in parts or len(set(parts)) < len(parts):
            raise ValueError(f'{text} is no date format: write "era", or %Y %m %d %H %M %S %z as in %Y/%m/%d %H:%M')
        if not PARTS.issuperset(parts) or ("H" in parts) != ("M" in parts):
            raise ValueError(f"{text} is no date format: its parts are %Y %m %d %H %M %S %z, and %H needs %M")
        shape = re.sub("%[md]", "%_", text)
        if shape in shapes:
            raise ValueError(
                f"{shapes[shape]} and {text} can't be told apart: keep one, or give columns their own formats"
            )
        shapes[shape] = text
    return formats
