"""What no id and no text of content may hold: digits of other scripts, code points that are no characters, what nobody
can see, and walls of marks. `check` names the place.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from generator.base.problems import ContentError
from generator.curated.library import load
from generator.curated.scalars import HIDDEN, MOST_MARKS
from generator.importers.reports.names import displayed_model
from generator.records.models import public_model

CONTENT = Path(__file__).parent / "sites" / "small" / "content"
EVENTS, CLAIM, SOURCES, CASE = "events/2026-03.yml", "claims/C-064.yml", "sources.yml", "case.yml"
TITLE = "'Raised time-outs on Opus 4.6 and Sonnet 4.6'"


def problems(tmp_path, file, old, new):
    """What `check` says after the first `old` of a file became `new`."""
    content = tmp_path / "content"
    shutil.copytree(CONTENT, content)
    text = (content / file).read_text("utf-8")
    assert old in text
    (content / file).write_bytes(text.replace(old, new, 1).encode("utf-8", "surrogatepass"))
    try:
        load(content)
    except ContentError as error:
        return [str(problem) for problem in error.problems]
    return []


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        (EVENTS, "id: E-090", "id: E-٩٩٩"),
        (EVENTS, "id: E-090", "id: E-०९०"),
        (EVENTS, "id: E-090", "id: E-0９0"),  # noqa: RUF001
        (CLAIM, "id: C-064", "id: C-٠٦٤"),
        (SOURCES, "id: S-0", "id: S-\u07c0"),
        (CASE, "id: 2026-03", "id: ٢٠٢٦-03"),
        (CLAIM, "lines: ", "lines: ٣ # "),
        (EVENTS, "id: E-090", 'id: "E-090\\n"'),
        (CLAIM, "id: C-064", 'id: "C-064\\n"'),
    ],
)
def test_ids_and_line_numbers_take_ascii_digits_and_no_line_end(tmp_path, file, old, new):
    found = problems(tmp_path, file, old, new)
    line = (CONTENT / file).read_text("utf-8").split(old)[0].count("\n") + 1
    assert any(re.match(rf"content/{file}:{line}:\d+: W-value .*form", one) for one in found), found


@pytest.mark.parametrize(
    "name", ["claude-٣-5-sonnet", "claude-opus-٤-6", "claude-opus-4-6-v\u0661", "claude-opus-4-6\u0661"]
)
def test_a_model_with_other_digits_is_no_known_model(name):
    assert public_model(name) == "other"
    assert displayed_model(name)[0] == "other"


def test_no_pattern_of_content_or_packs_asks_for_a_digit_of_any_script():
    """`\\d` is every digit of Unicode, also in the engine of pydantic. (RE2 means ASCII by it.)"""
    rooms = ("curated", "packs", "records", "ledger", "proofs", "site", "importers/reports")
    house = Path(__file__).parent.parent / "generator"
    found = [
        f"{path.relative_to(house)}: {line.strip()}"
        for room in rooms
        for path in (house / room).rglob("*.py")
        for line in path.read_text("utf-8").splitlines()
        if re.search(r"""r[bf]?["'].*\\d""", line) and "publish" not in path.name
    ]
    assert found == []


@pytest.mark.parametrize(
    "sign",
    [
        *("\ufdd0", "\ufdef", "\ufffe", "\uffff", "\U0001fffe", "\U0001ffff", "\U0010ffff", "\U000afffe"),
        *("\U0001d173", "\U0001d17a", "\U0001d159", "\U0001bca0", "\U00013430", "\u200b", "\u3164"),
    ],
)
@pytest.mark.parametrize("escaped", [False, True])
def test_noncharacters_and_what_nobody_sees_are_refused_at_their_place(tmp_path, sign, escaped):
    written = f"\\U{ord(sign):08X}" if escaped else sign
    found = problems(tmp_path, EVENTS, TITLE, f'"Raised {written}time-outs"')
    column = 10 if escaped else 18  # of the text, or of the sign itself
    assert found == [
        f"content/{EVENTS}:26:{column}: W-char character U+{ord(sign):04X} is not allowed "
        "(remove it; it cannot be seen or changes what is seen)"
    ]


def test_every_noncharacter_of_unicode_is_among_them():
    every = [*range(0xFDD0, 0xFDF0), *(plane << 16 | end for plane in range(17) for end in (0xFFFE, 0xFFFF))]
    assert len(every) == 66
    assert [hex(point) for point in every if not HIDDEN.fullmatch(chr(point))] == []


@pytest.mark.parametrize(
    "blank",
    ["\u2800", "\u2800\u2800 \u2800", "\u00a0", "\u3000\u2003", "\u0301", " \u20dd ", "\ue000", "\u2800\u0308", "  "],
)
@pytest.mark.parametrize("field", ["title", "detail"])
def test_a_text_of_which_nothing_is_seen_is_refused(tmp_path, blank, field):
    old = TITLE if field == "title" else "'Single machine-written digest; needs a second source.'"
    line = 26 if field == "title" else 27
    (found,) = problems(tmp_path, EVENTS, old, f"'{blank}'")
    assert found.startswith(f"content/{EVENTS}:{line}:")
    assert "can be seen" in found or "is empty" in found


@pytest.mark.parametrize("mark", ["\u0301", "\u0489", "\u0e47", "\U0001e8d0"])
def test_a_wall_of_combining_marks_is_refused_where_it_begins_to_be_one(tmp_path, mark):
    found = problems(tmp_path, EVENTS, TITLE, f"'Ra{mark * 290}ised time-outs'")
    assert [one.split(" (")[0] for one in found] == [
        f"content/{EVENTS}:26:{13 + MOST_MARKS}: W-char more than 4 combining marks in a row"
    ]


@pytest.mark.parametrize(
    "title",
    [
        "Việt Nam: Hạn mức đã hết",  # decomposed or not, two marks at most
        "Vie\u0302\u0323t",
        "עִבְרִית בְּרֵאשִׁ֖ית",
        "हिन्दी में रिपोर्ट",
        "ที่นี่ ปั๊ม",
        "བོད་སྐད་ བསྒྲུབས",
        "Spinner ⠋⠙⠹⠸⠼\u2800 stays",
        "日本語の報告",
        "a" + "\u0301" * MOST_MARKS + "b",
    ],
)
def test_writing_of_the_world_passes(tmp_path, title):
    assert problems(tmp_path, EVENTS, TITLE, f"'{title}'") == []
