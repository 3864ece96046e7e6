"""What may leave: no public schema has a place for text of a log, and no digest of private data is made without a key."""

from __future__ import annotations

import ast
import json
import re
import typing
from functools import cache
from pathlib import Path

import msgspec
import public_library
import pytest
from canary_logs import SAMPLES
from promises import record
from test_records import is_free_text, leaves

from generator.guard.public import public_files
from generator.importers import discover, read
from generator.packs.examine import examine
from generator.packs.pack import MANIFEST, Manifest, write_pack
from generator.pages import evidence, findings, reconciled
from generator.proofs.prooffile import FindingProof
from generator.records.results import Level

ROOT = Path(__file__).parent.parent
ROOTS = {"pack.json and its tables": Manifest, "proof of a finding": FindingProof}
WRITTEN_BY_PEOPLE = {
    "analysis", "asked", "case", "claim", "corrections", "events", "examples", "hypotheses", "incidents", "judged", "origin", "peers", "prices",
    "promises", "published", "redirects", "reply", "report", "sources", "surfaces", "symptoms", "vendor",
}  # fmt: skip
"""Schemas of content/: texts that somebody types and a reviewer reads. No command writes them from a log."""
OPENED = {("FindingPart", "statement")}
"""What a proof repeats of a published finding, word for word; the verifier parses it by its types."""
DIGESTS = {
    "dossier/special/__init__.py": "of published records and of the code, to name what is kept for the next build",
    "base/kept.py": "of pictures and proofs kept for the next build, in a folder that only their owner reads",
    "base/pictures.py": "of the specification of a picture",
    "site/manifest.py": "of files that are published or are in the repository",
    "dossier/facts.py": "of published records, to tell whether a snapshot says the same",
    "packs/pack.py": "of the tables of a pack, which are published",
    "site/csp.py": "of inline scripts, for the content security policy",
    "records/pseudonyms.py": "HMAC with the owner's key",
    "cli/public.py": "of files that lie in a public repository",
    "packs/origin.py": "of lines that lie in a public repository",
    "cli/verify_site.py": "of the manifest of a published site",
    "detectors/shared/base.py": "of keyed pseudonyms: ids of findings",
    "guard/gate.py": "of files about to be published",
    "importers/reports/names.py": "of names of dimensions, a fixed list",
    "pages/parts/api.py": "of published downloads",
    "base/bundle.py": "of the versions and the text that the script of live charts is made of, to name it",
    "site/zipped.py": "of every file of the offline copy, for its list of digests",
    "base/cards.py": "of the SVG of a card, to name what is kept for the next build",
    "base/png.py": "checksum of a chunk of a published picture",
    "dossier/edition.py": "of the list of files of content/, which are public",
    "proofs/commitments.py": "with a salt from the owner's key",
    "proofs/public.py": "of packs of public logs, to name what is kept for the next build",
    "proofs/tree.py": "of salted leaves",
    "base/program.py": "of the program's own sources, to name what is kept for the next run",
    "curated/keeping.py": "of files of content/, which are public, to name what is kept for the next run",
    "index/program.py": "of the program's own sources, to name what is kept for the next scan",
    "index/sealed.py": "HMAC with the owner's key, of what only its owner reads",
    "packs/remembered.py": "of the files of a pack, to name what is kept for the next run",
    "records/vendor.py": "of a file of vendors, which is public",
    "site/again.py": "of a page's text, to name what is kept for the next build",
    "site/publish.py": "of files that are published",
    "simulator/calibrate.py": "of counts on simulated input",
}
"""Every module that makes a digest, and of what."""
HASHING = {"hashlib", "zlib.crc32", "zlib.adler32", "binascii.crc32", "uuid.uuid3", "uuid.uuid5", "hmac"}


def structs(kind, seen=None):
    """The type and all record types below it."""
    seen = {} if seen is None else seen
    if not (isinstance(kind, type) and issubclass(kind, msgspec.Struct)) or kind in seen:
        return seen
    seen[kind] = None
    for hint in typing.get_type_hints(kind, include_extras=True).values():
        for leaf in leaves(hint):
            structs(leaf, seen)
    return seen


def test_no_schema_of_a_pack_or_proof_has_a_field_for_free_text():
    free, fields = [], 0
    for root in ROOTS.values():
        for kind in structs(root):
            for name, hint in typing.get_type_hints(kind, include_extras=True).items():
                fields += 1
                place = (kind.__name__, name)
                if any(is_free_text(leaf) for leaf in leaves(hint)) and place not in OPENED:
                    free.append(place)
    record("schema-fields", trials=fields, failures=len(free), note="fields of packs and proofs")
    assert fields > 150
    assert free == []


def test_every_pattern_of_a_public_field_is_anchored_and_has_no_space():
    """A pattern that matches in the middle of a text would let the text through."""
    patterns = set(
        re.findall(r'"pattern":"((?:[^"\\]|\\.)*)"', msgspec.json.encode(msgspec.json.schema(Manifest)).decode())
    )
    assert len(patterns) >= 5
    for pattern in (json.loads(f'"{pattern}"') for pattern in patterns):
        assert pattern.startswith(r"\A"), pattern
        assert pattern.endswith(r"\Z"), pattern  # $ would take a newline behind the text
        assert r"\d" not in pattern, pattern  # it would take the digits of every script
        assert not any(re.search(pattern, text) for text in ("two words", "a/b/c", "maria@acme.example", "Fix it")), (
            pattern
        )


def test_schemas_of_content_are_those_that_people_write():
    """A new schema must be placed here, or hold no free text."""
    assert {path.stem for path in (ROOT / "content" / "schemas").glob("*.json")} == WRITTEN_BY_PEOPLE


@cache
def body():
    files = [path for path in SAMPLES.rglob("*") if path.is_file() and path.suffix != ".md"]
    reading = read(discover(sorted(files)).claimed, key=b"schemas", jobs=1)
    return examine(reading, id="samples", simulated=False, level=Level.FULL, tool_version="0.1.0")


TYPED = re.compile(
    r"[a-z2-7]{16}|F-[A-Z2-7]{6,10}|log-\d{4}|\d{4}-\d\d-\d\d(?:T[\d:.]+(?:Z|[+-]\d\d:\d\d)?)?|[\d.,:%$+-]+|[0-9a-f]{64}"
    r"|claude(?:-[a-z0-9.]+){1,5}|"
)
"""Pseudonyms, ids of findings, labels, dates, numbers, digests and models."""


def strings(value):
    """Every string of a JSON value, names of fields as well."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from strings(item)


@cache
def public_words():
    """Words of content, templates and code."""
    return frozenset(
        word
        for path in public_files(ROOT)
        for word in re.findall(r"[a-z]+", path.read_text("utf-8", "replace").lower())
    )


def strange(text):
    """Words of a text that are neither typed nor public."""
    parts = [part for part in re.split(r"[\s/#,;()'\"“”]+", text) if not TYPED.fullmatch(part)]
    return [word for part in parts for word in re.findall(r"[a-z]+", part.lower()) if word not in public_words()]


def test_the_search_sees_text_of_a_log_in_a_twin():
    assert strange("Please ask Xyzzymaria about it") == ["xyzzymaria"]


def test_every_string_of_every_json_twin_is_typed_or_public():
    """Twins of all pages that are made from logs, built from the samples of every format."""
    dossier = public_library.dossier(packs=(body(),))
    twins = [
        download
        for kind in (evidence, findings, reconciled)
        for page in kind.KIND.pages(dossier)
        for download in page.downloads
        if download.name.endswith(".json")
    ]
    told = {text for twin in twins for text in strings(json.loads(twin.content))}
    told -= {"nominal", "ordinal", "quantitative", "temporal"}  # types of fields in Vega-Lite
    bad = {text: words for text in told if (words := strange(text))}
    record("schema-twins", trials=len(told), failures=len(bad), note="strings of JSON twins of pages on logs")
    assert len(told) > 200
    assert bad == {}


@pytest.mark.parametrize("level", list(Level))
def test_every_string_of_a_written_pack_is_typed_or_public(tmp_path, level):
    reading = read(discover([SAMPLES / "claude-code"]).claimed, key=b"schemas", jobs=1)
    write_pack(examine(reading, id="mine", simulated=False, level=level, tool_version="0.1.0"), tmp_path / "mine")
    told = set(strings(json.loads((tmp_path / "mine" / MANIFEST).read_bytes())))
    assert {text: words for text in told if (words := strange(text))} == {}


def digesting():
    """Modules that import or call anything that makes a digest."""
    for path in sorted((ROOT / "generator").rglob("*.py")):
        names = set()
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                names |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
            elif isinstance(node, ast.Attribute):
                names.add(ast.unparse(node))
        if names & HASHING:
            yield path.relative_to(ROOT / "generator").as_posix()


def test_a_digest_is_made_only_where_no_private_data_is_or_with_a_key():
    found = set(digesting())
    record("leave-digests", trials=len(found), failures=len(found - set(DIGESTS)), note="modules that make a digest")
    assert found == set(DIGESTS)


def test_the_same_log_under_two_keys_has_no_pseudonym_in_common():
    """Without the key nothing of an id can be matched or guessed."""
    files = discover([SAMPLES / "claude-code"]).claimed
    one, two = (read(files, key=key, jobs=1) for key in (b"one", b"two"))

    def names(reading):
        return {name for call in reading.requests for name in (call.id, call.session, call.agent, call.parent) if name}

    assert names(one)
    assert not names(one) & names(two)
