"""The table of content kinds: a new kind is a row and a model, and everything else follows from the row."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated

import jsonschema
import pytest
from test_curated_library import TREE

from generator.base.problems import ContentError
from generator.curated.cited import cited
from generator.curated.entries import Kind
from generator.curated.kinds import Library, kinds_of
from generator.curated.library import load, load_into, load_kind
from generator.curated.models import ClaimId, Line, Model, Slug, WebUrl
from generator.curated.schemas import json_schemas

ROOT = Path(__file__).parents[1]


class Storm(Model):
    """A kind that no page has."""

    id: Slug
    day: dt.date
    until: dt.date | None = None
    title: Line
    url: WebUrl
    follows: Slug | None = None
    touches: tuple[ClaimId, ...] = ()


class Larger(Library):
    """The table with one row more."""

    storms: Annotated[
        tuple[Storm, ...],
        Kind(
            word="storm",
            files="storms/{id}.yml",
            refers={"touches": "claim", "follows": "storm"},
            rings=("follows",),
            spans=(("day", "until"),),
            order=("day",),
        ),
    ] = ()


STORM = "id: {id}\nday: {day}\ntitle: A storm\nurl: https://example.org/{id}\n"


@pytest.fixture
def content(tmp_path):
    """A sound folder with two records of the new kind."""
    files = TREE | {
        "storms/late.yml": STORM.format(id="late", day="2026-03-19") + "touches: [C-001, C-002]\n",
        "storms/soon.yml": STORM.format(id="soon", day="2026-03-18"),
    }
    for name, text in files.items():
        path = tmp_path / "content" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path / "content"


def test_a_row_and_a_model_are_a_kind(content):
    library = load_into(Larger, content)
    assert [storm.id for storm in library.storms] == ["soon", "late"]
    assert library.storms[1].touches == ("C-001", "C-002")
    assert "https://example.org/late" in set(cited(library))


def test_the_table_without_the_row_refuses_its_folder(content):
    with pytest.raises(ContentError) as caught:
        load(content)
    assert [str(problem) for problem in caught.value.problems] == [
        "content/storms:0:0: W-file no file or folder of this kind and name is expected here"
    ]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ("touches: [C-011]", '5:11: W-ref unknown claim "C-011" (did you mean "C-001"?)'),
        ("touches: [C-001, C-001]", '5:18: W-twice claim "C-001" is listed twice (once is enough)'),
        ("follows: sonn", '5:10: W-ref unknown storm "sonn" (did you mean "soon"?)'),
        ("follows: late", "5:10: W-self the record leads back to itself (name the first one that said it)"),
        ("until: 2026-03-18", "5:8: W-order the end is before the start (it starts 2026-03-19)"),
        ("until: 2036-03-18", "5:8: W-date outside 2023 to 2030 (check the year)"),
        ("follow: soon", '5:1: W-field unknown field "follow" (did you mean "follows"?)'),
    ],
)
def test_every_rule_of_the_row_is_kept_at_its_place(content, change, problem):
    (content / "storms" / "late.yml").write_text(STORM.format(id="late", day="2026-03-19") + change + "\n")
    with pytest.raises(ContentError) as caught:
        load_into(Larger, content)
    assert [str(found) for found in caught.value.problems] == [f"content/storms/late.yml:{problem}"]


def test_its_files_are_named_after_their_records(content):
    (content / "storms" / "late.yml").rename(content / "storms" / "other.yml")
    (content / "storms" / "note.txt").touch()
    with pytest.raises(ContentError) as caught:
        load_into(Larger, content)
    assert [(p.path, p.code) for p in caught.value.problems] == [
        ("content/storms/note.txt", "W-file"),
        ("content/storms/other.yml", "W-name"),
    ]


def test_mistakes_of_every_kind_come_at_once_sorted_by_place(content):
    (content / "storms" / "late.yml").write_text("id: late\n")
    (content / "claims" / "C-001.yml").write_text("id: C-001\n")
    (content / "prices.yml").write_text("just text\n")
    (content / "promises.yml").write_text("- {id: aa, title: T, texts: [a], tested: b, never: [c], trials: [dd]}\n")
    with pytest.raises(ContentError) as caught:
        load_into(Larger, content)
    places = [(problem.path, problem.line, problem.column) for problem in caught.value.problems]
    assert places == sorted(places)
    assert {path for path, _, _ in places} == {
        "content/claims/C-001.yml", "content/prices.yml", "content/promises.yml", "content/storms/late.yml",
    }  # fmt: skip


def test_it_has_a_schema_for_editors():
    schema = json_schemas(Larger)["storm"]
    storm = {"id": "late", "day": "2026-03-19", "title": "A storm", "url": "https://example.org/"}
    assert jsonschema.Draft7Validator(schema).is_valid(storm)
    assert not jsonschema.Draft7Validator(schema).is_valid(storm | {"colour": "grey"})
    assert "storm" not in json_schemas()


def test_every_field_that_a_row_names_is_a_field_of_its_model(content):
    """A misspelt path in the table would check nothing."""
    for kind in kinds_of(Library):
        paths = (*kind.names, *kind.refers, *kind.rings, *kind.order, *(path for span in kind.spans for path in span))
        paths += tuple(field for fields in kind.unique for field in fields)
        for path in paths:
            schema = kind.model.model_json_schema()
            assert reaches(schema, schema, path.split(".")), (kind.word, path)


def reaches(schema, whole, steps):
    """Does the dotted path lead to a property, through lists and references?"""
    if "$ref" in schema:
        return reaches(whole["$defs"][schema["$ref"].rpartition("/")[2]], whole, steps)
    if any(reaches(inner, whole, steps) for inner in schema.get("anyOf", ())):
        return True
    if "items" in schema:
        return reaches(schema["items"], whole, steps)
    if not steps:
        return "properties" not in schema
    return steps[0] in schema.get("properties", {}) and reaches(schema["properties"][steps[0]], whole, steps[1:])


def test_a_kind_alone_is_read_without_the_others(content):
    """Its references are not looked up unless somebody says what is known."""
    (content / "claims" / "C-002.yml").write_text(TREE["claims/C-002.yml"].replace("[runaway-usage]", "[no-such]"))
    from generator.curated.claims import Claim

    assert [claim.symptoms for claim in load_kind(content, Claim)] == [("runaway-usage",), ("no-such",)]
    with pytest.raises(LookupError):
        load_kind(content, Storm)


def test_a_broken_file_of_a_month_brings_no_dangling_references(content):
    """Ids in a file that cannot be read are unknown, so nobody who names them is blamed."""
    item = "kind: event\nevidence:\n  - {source: S-001, stance: for, shows: s, event: E-001}\n"
    claim = content / "claims" / "C-001.yml"
    claim.write_text(claim.read_text().replace("kind: event\n", item))
    (content / "events" / "2026-03.yml").write_text("x: [")
    with pytest.raises(ContentError) as caught:
        load_into(Larger, content)
    assert {problem.path for problem in caught.value.problems} == {"content/events/2026-03.yml"}


def test_a_second_record_where_one_may_be_is_refused(content):
    calibration = (ROOT / "content" / "measurements" / "calibration.yml").read_text("utf-8")
    (content / "measurements").mkdir()
    (content / "measurements" / "calibration.yml").write_text(calibration + calibration.partition("\n")[2], "utf-8")
    with pytest.raises(ContentError) as caught:
        load_into(Larger, content)
    assert {problem.code for problem in caught.value.problems} == {"W-length", "W-unique"}


def test_a_folder_that_is_a_link_is_not_followed(content):
    (content.parent / "elsewhere").mkdir()
    (content.parent / "elsewhere" / "promises.yml").write_text("just text\n")
    (content / "measurements").symlink_to(content.parent / "elsewhere")
    with pytest.raises(ContentError) as caught:
        load_into(Larger, content)
    assert [(p.path, p.code) for p in caught.value.problems] == [("content/measurements", "W-file")]


def test_a_misspelt_file_of_measurements_is_named(content):
    (content / "measurements").mkdir()
    (content / "measurements" / "publised.yml").write_text("[]\n")
    with pytest.raises(ContentError) as caught:
        load_into(Larger, content)
    assert [(p.path, p.code, p.hint) for p in caught.value.problems] == [
        ("content/measurements/publised.yml", "W-file", 'did you mean "published.yml"?')
    ]
