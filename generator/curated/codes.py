"""What each code in a list of mistakes means; the page "Contribute" prints this table."""

from __future__ import annotations

CODES: dict[str, str] = {
    "W-file": "Only ordinary .yml files with plain names may be in folders of records.",
    "W-size": "A file, or the number of things in it, is over the limit.",
    "W-char": "A control, direction-changing, invisible or tab character, or text that is not UTF-8.",
    "W-syntax": "The file is not YAML, or holds more than one document or a directive.",
    "W-alias": "Anchors (&), aliases (*) and merge keys (<<) are not allowed.",
    "W-tag": "Tags (!) are not allowed.",
    "W-twice": "The same key or entry is written twice.",
    "W-key": "A key must be plain text.",
    "W-depth": "Things are nested too deeply.",
    "W-number": "A number that YAML readers disagree about, or one too long to be exact.",
    "W-field": "The record has no such field.",
    "W-missing": "A required field, or a required file, is missing.",
    "W-type": "Text, number, list or mapping where another kind is needed.",
    "W-value": "The value is not one of those allowed, or has not the required form.",
    "W-length": "A text or list is too short or too long.",
    "W-date": "Not a date of the form 2026-03-17, not a moment with its zone, or outside 2023 to 2030.",
    "W-order": "The end is before the start, a record has two ends, or days are not in their stretch.",
    "W-url": "Not an absolute http(s) address of a public host, or one that carries a user name.",
    "W-name": "The file name and the record do not agree.",
    "W-unique": "Two records share an id (upper and lower case count as equal), or an id is a reserved name.",
    "W-ref": "A record names an id that does not exist.",
    "W-source": "An item of evidence leads nowhere, or its address is not among the sources of its claim.",
    "W-registered": "What a case registers to be tested cannot be counted with the records there are.",
    "W-vendor": "A record is typed as the vendor's own word and is not at its address, or the other way round.",
    "W-self": "A record points at itself, or records point at each other in a ring.",
    "W-lost": "An id that was public has neither its record nor a tombstone.",
    "W-whole": "A file that a command wrote was changed by hand.",
    "W-price": "A row of prices.yml is not what requests are priced with, or two rows price the same day.",
}
