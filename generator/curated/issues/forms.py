"""The forms that a reader fills in: their questions, as values that the forms, the reader of answers and links share.

What a form is: https://docs.github.com/en/communities/using-templates-to-encourage-useful-issues-and-pull-requests/syntax-for-githubs-form-schema
An issue holds the label of each question as a heading of the third level and the answer below it, and no id.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

ACCEPTED = "accepted"
"""The label by which a maintainer says that a record may be made of the answers."""
NO_ANSWER = "_No response_"  # what the tracker writes below a question that was left out

Widget = Literal["input", "textarea", "dropdown"]


@dataclass(frozen=True)
class Choice:
    """One answer that can be chosen: what a reader sees, and the value that it is."""

    shown: str
    value: str


@dataclass(frozen=True)
class Question:
    """One question. `id` is the name by which a link fills it in; `label` is what an issue holds of it."""

    id: str
    label: str
    help: str
    widget: Widget = "input"
    required: bool = False
    choices: tuple[Choice, ...] = ()
    vocabulary: str = ""  # attribute of the library that gives the choices, of which several may be chosen
    example: str = ""


@dataclass(frozen=True)
class Form:
    """One form, and the kind of record that its answers become."""

    file: str  # name in .github/ISSUE_TEMPLATE/
    word: str  # of the kind in content/
    name: str
    about: str
    title: str  # what the title of an issue begins with
    before: str  # what a reader is told first
    questions: tuple[Question, ...]

    def question(self, id: str) -> Question:
        """The question with this id. Raises LookupError."""
        return next(one for one in self.questions if one.id == id)


DATE_BASES = (
    Choice("The day on which it was posted", "posted"),
    Choice("The day of a comment in a thread", "comment-date"),
    Choice("The month is known, the day is not", "unknown-day"),
    Choice("I estimated it", "estimated"),
)
SOURCE_TYPES = (
    Choice("An issue or a thread of a forum", "issue"),
    Choice("A page of the vendor", "official"),
    Choice("A newspaper or a magazine", "press"),
    Choice("A blog or a video", "blog"),
    Choice("A post in a network, as somebody else tells it", "social-as-reported"),
)
DETAILS = (
    Choice("A description only", "none"),
    Choice("Steps that others can repeat", "steps"),
    Choice("Numbers that were measured", "measurements"),
    Choice("Logs or excerpts of logs", "logs"),
)
YES_NO = (Choice("Yes, I have read the page itself", "true"), Choice("No, I know it from somebody else", "false"))
HOW_FOUND = (
    Choice("I came across it, or it is mine", "false"),
    Choice("I looked for reports of this very matter, or of these very days", "true"),
)
STANDINGS = (
    Choice("The vendor", "vendor"),
    Choice("The author of the article", "author"),
    Choice("Somebody who reported it", "reporter"),
    Choice("Somebody else who is named or meant", "other"),
)


def _choose(id: str, label: str, help: str, choices: tuple[Choice, ...]) -> Question:
    """A question that is answered by one of several, and has to be."""
    return Question(id, label, help, "dropdown", required=True, choices=choices)


_ADDRESS = "A public address that begins with https://, so that everybody can open it."

REPORT = Form(
    file="report.yml",
    word="report",
    name="Add a public report",
    about="You know a public report that these pages do not have.",
    title="Report: ",
    before=(
        "Your answers become one record in a pull request once a maintainer has read them. Everything here is public. "
        "Write in your own words, name no private person, attach no logs."
    ),
    questions=(
        Question(
            "url", "Address of the report", _ADDRESS, required=True, example="https://github.com/OWNER/NAME/issues/1"
        ),
        Question(
            "headline",
            "What it says, in one line",
            "Your own words, no quotation. Say no more than the report does.",
            required=True,
            example="Weekly limit reached in one working day",
        ),
        Question("day", "Day of the report", "Year, month and day: YYYY-MM-DD.", required=True),
        _choose("day_basis", "How the day is known", "The nearest of these.", DATE_BASES),
        Question("surfaces", "Products it is about", "One or more.", "dropdown", required=True, vocabulary="surfaces"),
        Question(
            "symptoms",
            "What was seen",
            "One or more; each is explained on the page of symptoms.",
            "dropdown",
            required=True,
            vocabulary="symptoms",
        ),
        _choose("source", "What kind of page it is", "The nearest of these.", SOURCE_TYPES),
        _choose("detail", "What a stranger can check in it", "The most that it has.", DETAILS),
        _choose("opened", "Did you open it?", "A record says whether its page was read.", YES_NO),
        _choose(
            "found",
            "How did you come to it?",
            "Reports that were looked for are shown, and are in no count by time.",
            HOW_FOUND,
        ),
        Question("version", "Version of the program", "Where the report names one.", example="1.2.34"),
        Question(
            "plans", "Plans of the account", "Where the report names any, with commas between.", example="pro, team"
        ),
        Question(
            "figures",
            "Numbers that it states",
            "One a line: what was counted, an equals sign, the value. From one to another: with an arrow.",
            "textarea",
            example="weekly limit used = 21 % -> 100 %",
        ),
        Question(
            "echo_of",
            "It only repeats another report",
            "The id of that report on these pages, as in the address of its page.",
            example="some-id-123",
        ),
    ),
)

CORRECTION = Form(
    file="correction.yml",
    word="correction",
    name="Correct a record",
    about="Something on these pages is wrong.",
    title="Correction: ",
    before=(
        "An error is corrected in the open: the page will say what it said before. Once a maintainer has checked your "
        "answers against the source, they become an entry of the list of corrections in a pull request, in which the "
        "record itself is corrected too."
    ),
    questions=(
        Question("page", "Page that is wrong", "Its address.", required=True, example="https://HOST/CASE/c/C-042/"),
        Question(
            "file", "File of the record", "The page names it, below its citation.", example="content/claims/C-042.yml"
        ),
        Question("was", "What it says", "The sentence that is wrong, as it is there.", "textarea", required=True),
        Question("now", "What would be right", "The sentence as it should be.", "textarea", required=True),
        Question(
            "why",
            "Why, with a source",
            "The reason, and an address that others can open.",
            "textarea",
            required=True,
        ),
        Question("asked_by", "Your name in the list", "As you want it. Left out, nobody is named."),
    ),
)

REPLY = Form(
    file="reply.yml",
    word="reply",
    name="Reply to a page",
    about="You are named or meant on a page and want to answer on it.",
    title="Reply: ",
    before=(
        "A reply is printed whole and unchanged at the top of the page it answers. Replies with private data of "
        "others, or with threats, are not printed; that one was received is then still said."
    ),
    questions=(
        Question("answered", "Page you reply to", "Its address.", required=True, example="https://HOST/CASE/c/C-042/"),
        Question("by", "Name or role to print", "As you want it.", required=True, example="The vendor's press office"),
        _choose("stands", "How you are concerned", "The nearest of these.", STANDINGS),
        Question("text", "Your reply", "Printed as it is, up to 4,000 characters.", "textarea", required=True),
        Question("published", "Where you have published it", _ADDRESS),
        Question(
            "proof",
            "How can we know that it is you?",
            "In a line, such as an address of yours that links to this issue.",
            required=True,
        ),
    ),
)

FORMS = (REPORT, CORRECTION, REPLY)
