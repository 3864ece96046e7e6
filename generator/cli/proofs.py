"""Commands on proofs: `prove` on the owner's machine, `verify` on anybody's."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from generator.base.problems import Exit, PackError, Problem
from generator.base.wording import printable
from generator.cli.context import JOBS, SIMULATED_KEY, discover, judge_by, log_trees_of, state_folder, vendors_of
from generator.cli.public import PUBLIC_KEY

if TYPE_CHECKING:
    from generator.records.results import Pack

PACK = click.Path(path_type=Path, exists=True, file_okay=False)


@click.command()
@click.argument("finding")
@click.option(
    "--logs",
    multiple=True,
    required=True,
    type=click.Path(path_type=Path, exists=True),
    help="The logs that the pack was made of, as given to `collect`. May be repeated.",
)
@click.option("--pack", required=True, type=PACK, help="The published pack, as content/evidence/NAME.")
@click.option("--show", multiple=True, metavar="FIELD", help="Open this field instead of the usual ones; repeatable.")
@click.option("--into", "target", required=True, type=click.Path(path_type=Path, dir_okay=False), help="Proof file.")
@JOBS
def prove(  # noqa: PLR0917  click passes options so
    finding: str, logs: tuple[Path, ...], pack: Path, show: tuple[str, ...], target: Path, jobs: int | None
) -> None:
    """Prove a published number from your logs without showing them. Runs where the logs and your key are.

    Opens what names the cited records and their token counts; of a pack at level full one time to the minute too, of
    any other no time. Look into the file before you pass it on: it holds exactly what it shows.

    \b
    Example:
      witnessmark prove F-7K2QH3AB --logs ~/.claude/projects --pack content/evidence/mine --into proof.json
    """
    from generator.packs.pack import read_pack
    from generator.proofs.prooffile import written
    from generator.proofs.proving import prove_finding

    _known_fields(show)
    vendors = vendors_of(pack)
    judge_by(vendors)
    evidence = read_pack(pack)
    trees = log_trees_of(discover(logs), _key(evidence), jobs, vendors)
    proof = prove_finding(evidence, finding, trees, show)
    target.write_bytes(written(proof))
    click.echo(
        f"Wrote {printable(target)}. Check it with `witnessmark verify {printable(target)} --pack {printable(pack)}`."
    )


@click.command()
@click.argument("proof_file", metavar="PROOF", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--root", metavar="HEX", help="The root that was published, 64 hexadecimal digits.")
@click.option("--pack", type=PACK, help="The published pack: its root and its rows are compared.")
def verify(proof_file: Path, root: str | None, pack: Path | None) -> None:
    """Check a proof. Exit 0: it holds. Exit 2: it does not.

    Without --root or --pack, only the proof itself is checked; compare the root it prints with the published one.

    \b
    Examples:
      witnessmark verify proof.json --pack content/evidence/mine
      witnessmark verify proof.json --root 3f0c...
    """
    from generator.packs.pack import read_pack
    from generator.proofs.checking import faults
    from generator.proofs.comparing import pack_faults
    from generator.proofs.prooffile import parse_proof
    from generator.proofs.words import NOT_PROVED, proved

    if root is not None and not re.fullmatch(r"[0-9a-fA-F]{64}", root):
        raise click.UsageError("a root is 64 hexadecimal digits")
    proof = parse_proof(proof_file.read_bytes(), proof_file.name)
    wrong = list(faults(proof))
    if root is not None and proof.root != root.lower():
        wrong.append("the proof leads to another root than the one given")
    if pack is not None and not wrong:
        judge_by(vendors_of(pack))
        wrong.extend(pack_faults(proof, read_pack(pack)))
    if wrong:
        click.echo("Refused. Nothing is proved:")
        click.echo("\n".join(f"  {fault}." for fault in wrong))
        sys.exit(Exit.CONTENT)
    click.echo("Holds.")
    click.echo("\n".join(f"  {sentence}" for sentence in proved(proof)))
    click.echo(f"Root: {proof.root}")
    if root is None and pack is None:
        click.echo("  It was compared with nothing: the proof says something only if this root is the published one.")
    click.echo("Not proved:")
    click.echo("\n".join(f"  {limit}." for limit in NOT_PROVED))


def _known_fields(show: tuple[str, ...]) -> None:
    """Raises UsageError for a field that no cited kind of record has."""
    from generator.proofs.fields import DEFAULT_FIELDS, field_names

    known = sorted({name for kind in DEFAULT_FIELDS for name in field_names(kind)})
    unknown = sorted(set(show) - set(known))
    if unknown:
        raise click.UsageError(f"no such field: {', '.join(unknown)}. There are: {', '.join(known)}")


def _key(evidence: Pack) -> bytes:
    """The key that the pack was made with. Raises PackError where it is the owner's and not here."""
    from generator.packs.key import load_key

    if evidence.simulated:
        return SIMULATED_KEY
    if evidence.origin:
        return PUBLIC_KEY
    path = state_folder() / "key"
    if not os.path.lexists(path):
        hint = "run this where the pack was made, with the same state folder"
        raise PackError(Problem("key", 0, 0, "W-key", "is not there, and no proof can be made without it", hint))
    return load_key(path)
