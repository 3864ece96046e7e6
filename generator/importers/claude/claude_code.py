"""Claude Code transcripts, clients 1.0.x to 2.1.22x.

Where
    `projects/<folder>/<session>.jsonl` below `~/.claude` (or `$CLAUDE_CONFIG_DIR`), with sub-agents in
    `<session>/subagents/agent-*.jsonl` (2.1.2 on) or in `agent-*.jsonl` beside it (before). Cowork keeps the same
    files below `local-agent-mode-sessions` in the data folder of the desktop app: there the surface is Cowork.
Which records
    `assistant` lines with `message.usage`; several lines carry one answer, one a content block, and one answer
    is one `message.id`. `agent_progress` lines mirror a sub-agent's calls and count only where nothing else does.
    `<synthetic>` lines were written by the client: they become marks. What happens between calls (prompts,
    compactions, commands, retries, ...) becomes marks as well, each line's id once.
Units
    Tokens as the API bills them: `input_tokens` holds neither cache reads nor cache writes. `output_tokens` is a
    streaming placeholder before 2.1.97. Times are write times of lines, UTC. `result_bytes` counts JSON, escapes
    included, of the one user line that an answer hangs under; parallel tools write a line each.
Never read
    Texts, paths, branches, tool inputs and results. Prompts are split into words to be counted; tool results are
    measured, and looked into for image blocks and for the client's marker of a removal; names of tools are counted
    in two groups and dropped. `toolUseResult.usage` repeats a sub-agent's last call, and
    `usage.iterations` (compaction, advisor) lies outside the billed call: neither is read.
"""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

from generator.importers.base import Count, Importer, lines
from generator.importers.claude import lines as shapes
from generator.importers.claude.transcript import Transcript
from generator.importers.fold import Extract
from generator.importers.guide import Guide, Verified
from generator.importers.json_lines import BOM, REFUSED, glued
from generator.records.rows import Surface

COWORK = "local-agent-mode-sessions"  # folder of the desktop app; every Cowork session keeps a `.claude` of its own


def sniff(_path: Path, head: bytes) -> bool:
    """Does any line of the head look like a transcript line? An empty file is one that nothing was written to yet."""
    head = head.removeprefix(BOM)
    return not head.strip() or any(_is_transcript_line(line) for line in head.split(b"\n"))


def _is_transcript_line(line: bytes) -> bool:
    try:
        identity = shapes.decode_identity(line)
    except REFUSED:
        if parts := glued(line):
            return any(_is_transcript_line(part) for part in parts)
        # Longer than the head, half written, or damaged: the envelope's own spelling is telling enough.
        spelled = b'"parentUuid"' in line and b'"isSidechain"' in line
        return spelled and any(name in line for name in (b'"sessionId"', b'"promptId"', b'"agentId"'))
    if identity.type not in shapes.KNOWN_TYPES:
        return False
    return bool(identity.session_id or identity.leaf_uuid or identity.message_id)


def read_stream(stream: BinaryIO, stem: str, index: int, key: bytes, surface: Surface = Surface.CLAUDE_CODE) -> Extract:
    """Read one open transcript; `stem` is its file name without suffix."""
    count = Count()
    transcript = Transcript(stem, index, key, count, surface)
    for raw in lines(stream, count):
        transcript.feed(raw)
    return transcript.extract(CLAUDE_CODE.id)


def read(stream: BinaryIO, path: Path, index: int, key: bytes) -> Extract:
    """Read one open transcript, the `index`-th of its evidence; its name without suffix tells whose it is."""
    return read_stream(stream, path.stem, index, key, Surface.COWORK if COWORK in path.parts else Surface.CLAUDE_CODE)


CLAUDE_CODE = Importer(
    id="claude-code",
    title="Claude Code transcripts",
    how="Claude Code writes them by itself, below ~/.claude/projects (or $CLAUDE_CONFIG_DIR), and deletes them after "
    "30 days unless the setting cleanupPeriodDays says otherwise.",
    surface=Surface.CLAUDE_CODE,
    sniff=sniff,
    read=read,
    guide=Guide(
        where="On the computer where you work, in the folder projects below .claude in your home folder: a folder for "
        "each folder you worked in, one file for each session, and a folder subagents beside it. Older installations "
        "use .config/claude; the variable CLAUDE_CONFIG_DIR names another place.",
        get=(
            "Copy the folder now: files are deleted after 30 days.",
            "Set cleanupPeriodDays in the client's settings to a larger number, so that the next month is kept.",
            "Run witnessmark scan without a folder: it looks in these places by itself.",
        ),
        shows=(
            "Every answer of the model with its four token counts, the lifetime of what was cached, the model, the "
            "client version and the time.",
            "What happened between calls: prompts, compactions, resumes, commands, retries, errors and limits.",
            "Which call follows which, so that a broken cache shows.",
        ),
        hides=(
            "Calls of the client's own (titles, permission checks) are not in it.",
            "Before client 2.1.97 the output count is a placeholder, mostly far too small.",
            "What the usage meter showed, and what was billed.",
            "One answer is on several lines, and copies are in forks and sub-agents' files: adding up lines "
            "doubles or triples the total.",
        ),
        private="Your prompts, code, file paths and the model's answers. None of it is kept.",
        verified=Verified.REAL_FILES,
        tried="Transcripts in 11 public repositories, read for this test alone and not the logs that this site has as "
        "evidence: 29,405 calls of clients 1.0.98 to 2.1.232. Calls and sums of tokens equal an independent count. Two "
        "of these 11 have a licence: moredip/session-share at c822452 (92 calls) and d-kimuson/claude-code-viewer at "
        "9367cf0 (199 calls).",
        sources=("https://code.claude.com/docs/en/claude-directory", "https://code.claude.com/docs/en/sessions"),
    ),
    gives=frozenset(
        {
            "client-versions",
            "first-lines",
            "human-prompts",
            "lifetime-split",
            "marks",
            "parents",
            "refusals",
            "threads",
            "token-counts",
            "tool-results",
            "tool-uses",
        }
    ),
    spelling=(b'"parentUuid"', b'"sessionId"', b'"isSidechain"', b'"uuid"', b'"requestId"', b'"message"'),
    authority=10,
)


def folders(configured: str | None, home: Path, config_home: str | None = None) -> tuple[Path, ...]:
    """Existing folders in which the client keeps transcripts, each once."""
    found = [folder for folder in usual_folders(configured, home, config_home) if folder.is_dir()]
    return tuple({folder.resolve(): folder for folder in reversed(found)}.values())[::-1]


def usual_folders(configured: str | None, home: Path, config_home: str | None = None) -> tuple[Path, ...]:
    """Where the client keeps transcripts, whether it is there or not.

    `configured` is CLAUDE_CONFIG_DIR (its documentation), `config_home` XDG_CONFIG_HOME, which counts if it is absolute
    (XDG base directory specification); some wrappers start the client below it (Claude Code issue 67853).
    """
    own = [Path(config_home) / "claude"] if config_home and Path(config_home).is_absolute() else []
    roots = (
        [Path(part) for part in configured.split(",")]
        if configured
        else [home / ".claude", *own, home / ".config" / "claude"]
    )
    return tuple(root / "projects" for root in roots)
