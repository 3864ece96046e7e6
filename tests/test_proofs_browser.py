"""The checker of the page says of every proof what the command says: same faults, same words, nothing sent."""

from __future__ import annotations

import functools
import itertools
import json
import random
import threading
from http.server import ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace

import pytest
from proof_cases import honest, kinds, pack, reading, tampered
from test_browser import _Quiet, browser

from generator.base.problems import ContentError
from generator.pages.verify import pages
from generator.proofs.checking import faults
from generator.proofs.prooffile import parse_proof, written
from generator.proofs.proving import prove_finding
from generator.proofs.publication import findings_of
from generator.proofs.words import proved

__all__ = ["browser"]

ROOT = Path(__file__).parent.parent
FORM = """<!doctype html><meta charset="utf-8"><title>t</title>
<form class="wm-verify" data-fields='{fields}' hidden><input name="proof" type="file"><textarea name="pasted"></textarea>
<input name="root"><button type="submit">Check</button></form><div class="wm-verified" role="status"></div>
<table><tr data-root="{root}" data-evidence="tried"><td>tried</td></tr></table>
<script type="module" src="verify.js"></script>"""

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def tab(browser, tmp_path_factory):
    """A page with the checker, and its address; every request is noted."""
    folder = tmp_path_factory.mktemp("verify")
    (folder / "verify.js").write_bytes((ROOT / "templates" / "assets" / "verify.js").read_bytes())
    evidence, _ = pack(reading(1), 1)
    (folder / "index.html").write_text(FORM.format(fields=json.dumps(kinds()), root=evidence.commitments.root))
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    page = browser.new_page()
    page.asked = []
    page.on("request", lambda request: page.asked.append(request.url))
    page.goto(f"http://127.0.0.1:{server.server_port}/index.html")
    yield page
    server.shutdown()


def by_script(tab, data):
    """Faults as the script finds them; None where it cannot read the proof."""
    return tab.evaluate(
        """async ([data, kinds]) => {
             const { parsed, faults } = await import("./verify.js");
             const proof = parsed(data);
             return proof && faults(proof, kinds);
           }""",
        [data.decode(), kinds()],
    )


def by_command(data):
    try:
        return list(faults(parse_proof(data, "proof.json")))
    except ContentError:
        return None


def test_script_and_command_agree_on_honest_and_tampered_proofs(tab):
    rolls = random.Random(2)
    differ, refused = [], 0
    for proof in itertools.islice(honest(1), 60):
        assert by_script(tab, written(proof)) == []
        for _ in range(4):
            data = tampered(proof, rolls)
            said = by_command(data)
            refused += said != []
            if by_script(tab, data) != said:
                differ.append((said, by_script(tab, data)))
    assert differ == []
    assert refused > 200


@pytest.mark.parametrize("text", ["", "null", "[]", "{}", '{"proof":"finding-1"}', '{"__proto__":{}}', "[" * 50_000])
def test_what_is_no_proof_is_none_for_both(tab, text):
    assert by_script(tab, text.encode()) is None
    assert by_command(text.encode()) is None


def answered(tab, data, root=""):
    tab.reload()
    tab.fill("[name=pasted]", data.decode())
    tab.fill("[name=root]", root)
    tab.click("button")
    tab.wait_for_selector(".wm-verified strong")
    return tab.inner_text(".wm-verified")


def test_the_form_says_whether_a_proof_holds_and_for_which_root(tab):
    evidence, logs = pack(reading(1), 1)
    proof = prove_finding(evidence, findings_of(evidence)[0].id, logs)
    data = written(proof)
    said = answered(tab, data)
    assert said.startswith("Holds.")
    assert proved(proof)[0] in said
    assert "the one that this site publishes for evidence tried" in said
    assert answered(tab, data, "0" * 64).startswith("Refused.")
    text = next(field.text for field in proof.records[0].fields if not isinstance(field, str))
    assert answered(tab, data.replace(text.encode(), text.encode()[:-1] + b"z", 2)).startswith("Refused.")
    other, trees = pack(reading(2), 2)
    stranger = written(prove_finding(other, findings_of(other)[0].id, trees))
    assert answered(tab, stranger).startswith("Whole in itself, but compared with nothing.")
    assert answered(tab, stranger, other.commitments.root).startswith("Holds.")
    assert answered(tab, b"<script>window.hacked = 1</script>").startswith("Refused.")
    assert tab.evaluate("window.hacked") is None


def test_nothing_is_sent_anywhere(tab):
    evidence, logs = pack(reading(1), 1)
    tab.reload()
    before = len(tab.asked)
    tab.fill("[name=pasted]", written(prove_finding(evidence, findings_of(evidence)[0].id, logs)).decode())
    tab.click("button")
    tab.wait_for_selector(".wm-verified strong")
    assert len(tab.asked) == before


def test_the_page_hands_the_script_its_roots_and_its_fields():
    evidence, _ = pack(reading(1), 1)
    dossier = SimpleNamespace(library=SimpleNamespace(case=SimpleNamespace(id="2026-03")), packs=(evidence,))
    (page,) = pages(dossier)
    assert json.loads(page.context.fields) == kinds()
    assert page.context.packs == (evidence,)
    template = (ROOT / "templates" / "verify.md.j2").read_text()
    for part in (
        'class="wm-verify"',
        'class="wm-verified"',
        "data-root=",
        "data-evidence=",
        'name="pasted"',
        'name="proof"',
        "<noscript>",
    ):
        assert part in template
