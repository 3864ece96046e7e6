"""Forms of texts that many fields have: the pattern, and what it asks for in words that a person can act on."""

from __future__ import annotations

ID = r"^[A-Za-z0-9][A-Za-z0-9-]{1,63}$"
SLUG = r"^[a-z0-9][a-z0-9-]{1,63}$"
CLAIM, EVENT, SOURCE = (rf"^{letter}-[0-9]{{3}}$" for letter in "CES")
LINE = r"^[^\n]*$"
FORMS = {
    ID: "2 to 64 letters, digits and hyphens, such as tracker-12345",
    SLUG: "2 to 64 small letters, digits and hyphens, such as tracker-12345",
    CLAIM: "C- and three digits, such as C-042",
    EVENT: "E- and three digits, such as E-042",
    SOURCE: "S- and three digits, such as S-042",
    LINE: "one line; a longer text goes into another field",
}
"""Forms of texts that many fields have, in words, with an example."""
