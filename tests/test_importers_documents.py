"""Elements of a JSON document as a stream, and rows of a table: whole, accounted for, and never held too long."""

from __future__ import annotations

import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.importers import documents, tables
from generator.importers.base import Count, SkipLineError
from generator.records.rows import SkipReason

PATH = ("log", "entries")
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)


def cut(data: bytes, *paths: tuple[str, ...], longest: int = 1 << 20) -> tuple[list[bytes], Count]:
    count = Count()
    return list(documents.elements(io.BytesIO(data), count, *paths, longest=longest)), count


def is_balanced(count: Count) -> bool:
    return count.read == count.pending + sum(count.skipped.values()) + count.used + count.other


@given(st.lists(VALUES, max_size=6), VALUES, st.sampled_from([None, 1]), st.integers(1, 40))
def test_every_element_of_the_wanted_list_comes_whole(elements, beside, indent, chunk):
    """Whatever stands beside it, however it is laid out, and wherever the chunks of the file end."""
    whole = {"a": beside, "log": {"b": beside, "entries": elements, "entries2": [1]}}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(documents, "CHUNK", chunk)
        found, count = cut(json.dumps(whole, indent=indent).encode(), PATH)
    assert [json.loads(element) for element in found] == elements
    assert (count.read, count.pending) == (len(elements), 0)


@given(st.lists(VALUES, max_size=5))
def test_a_list_at_the_top_is_wanted_by_the_empty_path(elements):
    found, _ = cut(json.dumps(elements).encode(), ())
    assert [json.loads(element) for element in found] == elements


@given(st.binary(max_size=120), st.integers(1, 9))
def test_any_bytes_are_read_to_the_end_without_an_exception(data, chunk):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(documents, "CHUNK", chunk)
        found, count = cut(b'{"log":{"entries":[' + data, PATH)
    assert count.bytes == len(data) + 19
    assert count.read == len(found) + count.pending + sum(count.skipped.values())


@given(st.integers(0, 90))
def test_a_document_that_ends_early_says_that_something_is_pending(end):
    data = json.dumps({"log": {"entries": [{"n": 1}, {"n": "two"}, {"n": 3}]}}).encode()
    found, count = cut(data[:end], PATH)
    if 0 < end < len(data):
        assert count.pending == 1
    assert len(found) + count.pending == count.read


def test_an_element_too_long_is_skipped_and_its_neighbours_are_not():
    data = json.dumps([1, "x" * 100_000, 3]).encode()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(documents, "CHUNK", 1000)
        found, count = cut(data, (), longest=5000)
    assert found == [b"1", b" 3"]
    assert count.skipped == {SkipReason.TOO_LONG: 1}


def test_nesting_around_the_list_ends_the_reading_and_says_so():
    found, count = cut(b'{"a":' * 10_000, PATH)
    assert (found, count.skipped) == ([], {SkipReason.NOT_JSON: 1})


def test_lines_and_documents_are_told_apart():
    for data, expected in (
        (b'{"a":1}\n{"a":2}\n', 2),
        (b'[{"a":1},{"a":2}]', 2),
        (b'{"data":[{"a":1},{"a":2},{"a":3}]}', 3),
        (b'{\n "data": [\n {"a":1}]}', 1),
        (b'\xef\xbb\xbf[{"a":1}]', 1),
    ):
        count = Count()
        assert len(list(documents.rows(io.BytesIO(data), count, (), ("data",)))) == expected, data


# Tables


def table(data: bytes) -> tuple[list[dict[str, str]], Count]:
    count = Count()
    return [dict(row) for row in tables.rows(io.BytesIO(data), count)], count


@given(
    st.lists(
        st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=6), min_size=3, max_size=3),
        max_size=5,
    ),
    st.sampled_from([",", ";", "\t"]),
)
def test_a_table_reads_back_by_its_columns(cells, delimiter):
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows([["Day", "model ", "cost"], *cells])
    found, count = table(text.getvalue().encode())
    wanted = [[cell.strip() for cell in row] for row in cells]
    blank = [row for row in wanted if not any(row)]
    assert [list(row.values()) for row in found] == [row for row in wanted if any(row)]
    assert all(list(row) == ["day", "model", "cost"] for row in found)
    assert (count.read, count.other, count.blank) == (len(cells) + 1, 1, len(blank))


@given(st.binary(max_size=200))
def test_any_bytes_are_a_table_or_accounted_for(data):
    found, count = table(b"a,b\n" + data)
    assert count.read == len(found) + count.other + count.blank + sum(count.skipped.values())
    assert count.bytes == len(data) + 4


def test_rows_of_another_width_or_encoding_are_skipped_for_their_reason():
    found, count = table(b"a,b\n1,2\n1,2,3\n\xff,2\n3,4\n")
    assert [row["a"] for row in found] == ["1", "3"]
    assert count.skipped == {SkipReason.BAD_FIELD: 1, SkipReason.NOT_UTF8: 1}


@pytest.mark.parametrize(("text", "value"), [("1,234", 1234), ("", None), ("0", 0), ("$5", 5)])
def test_counts_with_and_without_separators(text, value):
    assert tables.whole(text) == value


@pytest.mark.parametrize("text", ["-1", "1.5", "many", "NaN", "Infinity", "1e40"])
def test_what_is_no_count_is_refused(text):
    with pytest.raises(SkipLineError):
        tables.whole(text)


@pytest.mark.parametrize(
    ("head", "names"),
    [
        (b"\xef\xbb\xbfusage_date_utc, Model\r\n2026", ("usage_date_utc", "model")),
        (b'{"a":1}\n', ()),
        (b"\xff\xfe", ()),
        (b"", ()),
    ],
)
def test_the_header_is_known_from_the_first_bytes(head, names):
    assert tables.header(head) == names
