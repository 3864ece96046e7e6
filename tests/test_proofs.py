"""Trees by the vectors of RFC 6962's authors, commitments that hide, and proofs that hold or are refused."""

from __future__ import annotations

import hashlib
import itertools
import json
import random
from pathlib import Path

import msgspec
import pytest
from builders import request
from hypothesis import given
from hypothesis import strategies as st
from promises import record
from proof_cases import KEY, changed, finding, holds, honest, pack, places, reading, tampered

from generator.base.problems import ContentError, PackError
from generator.packs.pack import read_pack, write_pack
from generator.proofs.checking import faults, opened
from generator.proofs.commitments import identities, log_trees
from generator.proofs.comparing import pack_faults
from generator.proofs.fields import DEFAULT_FIELDS, KINDS, NAMED_BY, field_names, field_texts
from generator.proofs.prooffile import parse_proof, written
from generator.proofs.proving import prove_finding
from generator.proofs.publication import findings_of, root_of
from generator.proofs.tree import Tree, leaf_hash, node_hash, root_by_inclusion
from generator.proofs.words import NOT_PROVED
from generator.records.rows import LogData

SPECIMEN = Path(__file__).parent.parent / "content" / "evidence" / "specimen"
# Inputs, roots and paths of the tests of google/certificate-transparency (merkle_tree_test.cc).
INPUTS = ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
ROOTS = (
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)
INCLUSION = {
    (0, 1): (),
    (0, 8): (
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ),
    (5, 8): (
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ),
    (2, 3): ("fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",),
}
LEAVES = [leaf_hash(bytes.fromhex(one)) for one in INPUTS]


def as_bytes(path):
    return tuple(bytes.fromhex(step) for step in path)


def slow_root(leaves):
    """MTH as RFC 6962 2.1 writes it."""
    if len(leaves) < 2:
        return leaves[0] if leaves else hashlib.sha256(b"").digest()
    split = max(2**k for k in range(40) if 2**k < len(leaves))
    return node_hash(slow_root(leaves[:split]), slow_root(leaves[split:]))


# ---- trees ----


def test_roots_are_those_of_the_reference_vectors():
    assert Tree([]).root.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert tuple(Tree(LEAVES[:size]).root.hex() for size in range(1, 9)) == ROOTS
    assert tuple(Tree(LEAVES).prefix(size).hex() for size in range(1, 9)) == ROOTS


@pytest.mark.parametrize("place", INCLUSION)
def test_audit_paths_are_those_of_the_reference_vectors(place):
    index, size = place
    path = Tree(LEAVES).inclusion(index, size)
    assert path == as_bytes(INCLUSION[place])
    assert root_by_inclusion(LEAVES[index], index, size, path).hex() == ROOTS[size - 1]


def test_every_path_of_every_small_tree_holds_and_at_no_other_place():
    leaves = [leaf_hash(bytes([n])) for n in range(33)]
    tree = Tree(leaves)
    for size in range(1, 34):
        root = slow_root(leaves[:size])
        assert tree.prefix(size) == root
        for index in range(size):
            path = tree.inclusion(index, size)
            assert root_by_inclusion(leaves[index], index, size, path) == root
            others = [at for at in range(size) if root_by_inclusion(leaves[index], at, size, path) == root]
            assert others == [index]
            assert not path or root_by_inclusion(leaves[index], index, size, path[:-1]) != root
            assert root_by_inclusion(leaves[index], index, size, (*path, root)) != root


@given(st.integers(1, 2**50), st.integers(0, 2**50), st.lists(st.binary(min_size=32, max_size=32), max_size=60))
def test_a_path_at_random_never_ends_in_an_error(size, index, path):
    root_by_inclusion(bytes(32), index, size, path)


# ---- commitments ----


def test_every_field_of_every_record_type_is_committed_to_once():
    for kind, shape in KINDS.items():
        names = field_names(kind)
        assert len(set(names)) == len(names)
        assert set(shape.__struct_fields__) - set(names) == {"source", "lines", "position"} & set(
            shape.__struct_fields__
        )
        assert set(NAMED_BY.get(kind, ())) <= set(DEFAULT_FIELDS.get(kind, ())) <= set(names)
    assert all(name.endswith("_minute") for kind in KINDS for name in field_names(kind) if "minute" in name)


def test_a_time_to_the_minute_holds_no_seconds():
    texts = dict(zip(field_names("request"), field_texts("request", request(1, 0, 10, 10)), strict=True))
    assert texts["first_seen"] == "2026-03-17T09:00:14.250Z"
    assert texts["first_seen_minute"] == "2026-03-17T09:00Z"


def test_commitments_hide_equal_values_and_depend_on_the_key():
    records = reading(3, files=3)
    known = identities([(f"{n}.jsonl", b"") for n in range(3)])
    salted = [
        [one for log in log_trees(records, known, key) for n in range(len(log.tree)) for one in log.salted(n)]
        for key in (KEY, b"another key")
    ]
    texts = {one.text for one in salted[0]}
    commitments = [one.commitment for one in salted[0]]
    assert len(commitments) > 10 * len({(one.name, one.text) for one in salted[0] if one.name == "model"})
    assert len(set(commitments)) == len(commitments), "equal values look equal"
    assert len({one.salt for one in salted[0]}) == len(salted[0])
    assert not set(commitments) & {one.commitment for one in salted[1]}
    unkeyed = {hashlib.sha256(form).digest() for text in texts for form in (text.encode(), b"\x00" + text.encode())}
    assert not unkeyed & set(commitments)


def test_a_changed_value_has_another_salt():
    """Else opening the newer value would let anybody try all older ones."""
    one, two = (log_of(request(1, 0, 10, 10, output_tokens=tokens)) for tokens in (1, 2))
    at = field_names("request").index("output_tokens")
    assert one.salted(0)[at].salt != two.salted(0)[at].salt
    assert one.salted(0)[at - 1] == two.salted(0)[at - 1]


def log_of(*requests):
    return log_trees(LogData(requests=requests), identities([("a.jsonl", b"")]), KEY)[0]


def test_files_alike_in_name_and_first_line_are_told_apart_and_growth_changes_nothing():
    files = [("a", b"x\n"), ("b", b"x\n"), ("a", b"x\n"), ("a", b"y\n")]
    known = identities(files)
    assert len(set(known)) == 4
    assert identities([(name, head + b"more\n") for name, head in files]) == known


# ---- proofs ----


def run_honest_and_tampered(count):
    proofs = itertools.islice(honest(1), count)
    rolls = random.Random(6962)
    refused_honest = accepted_tampered = 0
    for proof in proofs:
        data, root = written(proof), proof.root
        refused_honest += not holds(data, root)
        other = tampered(proof, rolls)
        assert json.loads(other) != json.loads(data)
        accepted_tampered += holds(other, root)
    record("proofs-honest", trials=count, failures=refused_honest, note="honest proofs verified")
    record("proofs-tampered", trials=count, failures=accepted_tampered, note="changed proofs refused")
    assert (refused_honest, accepted_tampered) == (0, 0)


def test_500_honest_proofs_hold_and_500_tampered_are_refused():
    run_honest_and_tampered(500)


@pytest.mark.full
def test_10_000_honest_proofs_hold_and_10_000_tampered_are_refused():
    run_honest_and_tampered(10_000)


def one_of_each():
    proofs = list(itertools.islice(honest(5), 40))
    by_requests = next(proof for proof in proofs if len(proof.records) == 2)
    by_readings = next(proof for proof in proofs if proof.records[0].kind == "meter")
    return (by_requests, by_readings)


def test_every_value_and_every_list_of_a_proof_counts():
    """Each place of a proof of each kind changed in three ways: no part can be other than it is."""
    accepted, tried, rolls = [], 0, random.Random(1)
    for proof in one_of_each():
        data, root = written(proof), proof.root
        for way, _ in itertools.product(list(places(json.loads(data))), range(3)):
            tried += 1
            if holds(changed(json.loads(data), way, rolls), root):
                accepted.append(way)
    record("proofs-each-value", trials=tried, failures=len(accepted), note="every place of a proof changed")
    assert accepted == []
    assert tried > 500


@pytest.mark.full
def test_every_bit_of_every_hash_of_a_proof_counts():
    accepted = tried = 0
    for proof in one_of_each():
        data, root = written(proof), proof.root
        plain = json.loads(data)
        for way in places(plain):
            node = plain
            for step in way[:-1]:
                node = node[step]
            value = node[way[-1]]
            if not (isinstance(value, str) and len(value) == 64):
                continue
            for bit in range(256):
                node[way[-1]] = f"{int(value, 16) ^ (1 << bit):064x}"
                tried += 1
                accepted += holds(json.dumps(plain).encode(), root)
            node[way[-1]] = value
    record("proofs-each-bit", trials=tried, failures=accepted, note="every bit of every hash of a proof changed")
    assert accepted == 0


def test_a_whole_proof_of_another_pack_is_refused_for_this_one():
    one, two = (pack(reading(seed), seed) for seed in (1, 2))
    proof = prove_finding(two[0], findings_of(two[0])[0].id, two[1])
    assert faults(proof) == ()
    assert not holds(written(proof), one[0].commitments.root)
    assert pack_faults(proof, one[0])


def test_a_proof_opens_what_it_says_and_nothing_else():
    evidence, logs = pack(reading(1), 1)
    one = next(one for one in findings_of(evidence) if one.requests)
    usual = prove_finding(evidence, one.id, logs)
    names = set(DEFAULT_FIELDS["request"])
    assert [set(opened(record)) - {"first_seen_minute"} for record in usual.records] == [names] * len(usual.records)
    assert ["first_seen_minute" in opened(record) for record in usual.records] == [
        True,
        *[False] * (len(usual.records) - 1),
    ]
    chosen = prove_finding(evidence, one.id, logs, ("model",))
    assert [set(opened(record)) for record in chosen.records] == [{"id", "model"}] * len(usual.records)
    texts = {text for log in logs for n in range(len(log.tree)) for text in (one.text for one in log.salted(n))}
    shown = {text for record in chosen.records for text in opened(record).values()}
    closed = {text for text in texts - shown if len(text) > 7}
    assert closed
    assert not [text for text in closed if text in written(chosen).decode()]


def test_a_proof_beside_its_pack_is_compared_with_the_rows():
    evidence, logs = pack(reading(1), 1)
    one = next(one for one in findings_of(evidence) if one.requests)
    proof = prove_finding(evidence, one.id, logs)
    assert pack_faults(proof, evidence) == ()
    other = tuple(msgspec.structs.replace(row, output_tokens=row.output_tokens + 1) for row in evidence.requests)
    assert pack_faults(proof, msgspec.structs.replace(evidence, requests=other))
    assert pack_faults(proof, msgspec.structs.replace(evidence, commitments=None))


def test_a_pack_whose_findings_were_changed_afterwards_has_another_root():
    evidence, logs = pack(reading(1), 1)
    run = msgspec.structs.replace(evidence.runs[0], findings=(finding(3), *evidence.runs[0].findings[1:]))
    other = msgspec.structs.replace(evidence, runs=(run,))
    assert root_of(other) != other.commitments.root
    with pytest.raises(PackError, match="W-proof-root"):
        prove_finding(other, finding(3).id, logs)


def test_commitments_survive_writing_and_reading_a_pack(tmp_path):
    evidence = read_pack(SPECIMEN)
    write_pack(evidence, tmp_path / "specimen")
    again = read_pack(tmp_path / "specimen")
    assert again == evidence
    assert root_of(again) == evidence.commitments.root


def test_changed_logs_another_key_and_no_commitments_are_refused_with_words():
    evidence, logs = pack(reading(1), 1)
    one = next(one for one in findings_of(evidence) if one.requests)
    other = pack(reading(2), 2)[1]
    with pytest.raises(PackError, match="is not in these logs"):
        prove_finding(evidence, one.id, other)
    with pytest.raises(PackError, match="holds no finding"):
        prove_finding(evidence, "F-ZZZZZZ", logs)
    with pytest.raises(PackError, match="without commitments"):
        prove_finding(msgspec.structs.replace(evidence, commitments=None), one.id, logs)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        b"[]",
        b"null",
        b"\xff",
        b"[" * 100_000,
        b'{"proof":"finding-2"}',
        b'{"proof":"finding-1","root":"\\ud800"}',
    ],
)
def test_what_is_no_proof_is_refused_without_its_text(data):
    with pytest.raises(ContentError, match="W-proof is not a proof"):
        parse_proof(data, "proof.json")


def test_a_proof_with_one_key_more_is_refused():
    plain = json.loads(written(next(honest(1))))
    for node in (plain, plain["pack"], plain["records"][0]):
        node["note"] = "x"
        assert not holds(json.dumps(plain).encode(), plain["root"])
        del node["note"]
    assert holds(json.dumps(plain).encode(), plain["root"])


def test_a_proof_with_one_key_less_is_refused():
    plain = json.loads(written(next(honest(1))))
    for node in (plain, plain["pack"], plain["finding"], plain["files"][0], plain["records"][0]):
        for name, value in list(node.items()):
            del node[name]
            with pytest.raises(ContentError, match="W-proof is not a proof"):
                parse_proof(json.dumps(plain).encode(), "proof.json")
            node[name] = value
    assert holds(json.dumps(plain).encode(), plain["root"])


def test_the_words_say_what_is_not_proved():
    said = " ".join(NOT_PROVED)
    assert all(word in said for word in ("genuine", "complete", "service"))
