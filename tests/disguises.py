"""Ways in which a text may stand on a page without being seen by who looks for its letters."""

from __future__ import annotations

import base64
import hashlib
import html
import json
from urllib.parse import quote


def tagged(text):
    """Each word in a tag of its own."""
    return " ".join(f"<b>{html.escape(word)}</b>" for word in text.split(" "))


FOUND = {
    "plain": str,
    "upper case": str.upper,
    "named entities": lambda text: html.escape(text, quote=True),
    "decimal entities": lambda text: "".join(f"&#{ord(letter)};" for letter in text),
    "hexadecimal entities": lambda text: "".join(f"&#x{ord(letter):x};" for letter in text),
    "URL": lambda text: quote(text, safe=""),
    "JSON": lambda text: json.dumps("".join(text))[1:-1],
    "Unicode escapes": lambda text: "".join(f"\\u{ord(letter):04x}" for letter in text if ord(letter) < 0x10000),
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "hexadecimal": lambda text: text.encode().hex(),
    "a tag a word": tagged,
}
"""Eleven that the leak scan undoes."""
LOST = {
    "reversed": lambda text: text[::-1],
    "hashed": lambda text: hashlib.sha256(text.encode()).hexdigest(),
}
"""Two that it does not promise to find."""
ALL = FOUND | LOST
