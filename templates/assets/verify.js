// Checks a proof in the reader's browser: the same rules as generator/proofs/checking.py, in the same words.
// Nothing is sent anywhere. Hashes are the browser's own (WebCrypto, SHA-256). Without this file the page names a command.

const DIGEST = /^[0-9a-f]{64}$/;
const NAME = /^[a-z][a-z0-9_]{0,39}$/;
const SLUG = /^[a-z0-9][a-z0-9-]{0,63}$/;
const PSEUDONYM = /^([a-z2-7]{16})?$/;
const NOT_A_PROOF = "this is not a proof of this version";

// ---- bytes and hashes ----

const utf8 = (text) => new TextEncoder().encode(text);
const joined = (...parts) => {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
};
const bytes = (hex) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
const hex = (data) => [...data].map((byte) => byte.toString(16).padStart(2, "0")).join("");
const u64 = (number) => {
  const data = new Uint8Array(8);
  new DataView(data.buffer).setBigUint64(0, BigInt(number));
  return data;
};
const sha256 = async (...parts) => new Uint8Array(await crypto.subtle.digest("SHA-256", joined(...parts)));
const leafHash = (...parts) => sha256(Uint8Array.of(0), ...parts);
const nodeHash = (left, right) => sha256(Uint8Array.of(1), left, right);

// ---- RFC 9162, 2.1.3.2. Sizes may pass 2^31, so no bit operators ----

const odd = (number) => number % 2 === 1;
const half = (number) => Math.floor(number / 2);

export async function rootByInclusion(leaf, index, size, path) {
  if (index < 0 || index >= size) return null;
  let [node, last, result] = [index, size - 1, leaf];
  for (const step of path) {
    if (last === 0) return null;
    if (odd(node) || node === last) {
      result = await nodeHash(step, result);
      while (!odd(node) && node) [node, last] = [half(node), half(last)];
    } else result = await nodeHash(result, step);
    [node, last] = [half(node), half(last)];
  }
  return last === 0 ? hex(result) : null;
}

const findingLeaf = (statement) => leafHash(utf8("finding\x1f"), utf8(statement));
const fileLeaf = (size, root) => leafHash(utf8("file\x1f"), u64(size), bytes(root));
const headerRoot = async (pack) =>
  hex(
    await leafHash(
      utf8(`pack\x1f${pack.evidence}\x1f`), u64(pack.files), bytes(pack.files_root), u64(pack.findings), bytes(pack.findings_root),
    ),
  );
const recordLeaf = async (record) => {
  const commitments = record.fields.map((field) =>
    typeof field === "string" ? bytes(field) : sha256(Uint8Array.of(2), bytes(field.salt), utf8(`${field.name}\x1f${field.text}`)),
  );
  return leafHash(utf8(`record\x1f${record.kind}\x1f`), ...(await Promise.all(commitments)));
};
const included = async (leaf, index, size, path) => rootByInclusion(await leaf, index, size, path.map(bytes));

// ---- the form of a proof: exactly these keys, each of its kind ----

const count = (value) => Number.isSafeInteger(value) && value >= 0;
const text = (most) => (value) => typeof value === "string" && [...value].length <= most && !/\p{Surrogate}/u.test(value);
const like = (pattern) => (value) => typeof value === "string" && pattern.test(value);
const list = (item, most = Infinity) => (value) => Array.isArray(value) && value.length <= most && value.every(item);
const either = (one, other) => (value) => one(value) || other(value);
const none = (value) => value === null;
const object = (shape) => (value) =>
  value !== null && typeof value === "object" && !Array.isArray(value) &&
  Object.keys(value).length === Object.keys(shape).length &&
  Object.entries(shape).every(([key, fits]) => Object.hasOwn(value, key) && fits(value[key]));

const digest = like(DIGEST);
const path = list(digest, 64);
const header = object({ evidence: like(SLUG), files: count, files_root: digest, findings: count, findings_root: digest });
const opened = object({ name: like(NAME), text: text(200), salt: digest });
const isProof = object({
  proof: (value) => value === "finding-1",
  root: digest,
  pack: header,
  finding: object({ index: count, statement: text(16e6), path }),
  files: list(object({ file: count, size: count, root: digest, path })),
  records: list(object({ file: count, index: count, kind: like(NAME), fields: list(either(opened, digest), 200), path })),
});
const tokens = either(none, Number.isSafeInteger);
const isStatement = object({
  detector: like(SLUG),
  excess_tokens: Number.isSafeInteger,
  expected_tokens: tokens,
  id: like(/^F-[A-Z2-7]{6,10}$/),
  observed_tokens: tokens,
  readings: list((place) => Array.isArray(place) && place.length === 2 && place.every(Number.isSafeInteger)),
  requests: list(like(PSEUDONYM)),
  version: text(200),
});

export function parsed(data) {
  try {
    const proof = JSON.parse(data);
    return isProof(proof) ? proof : null;
  } catch {
    return null;
  }
}

export function statementOf(proof) {
  try {
    const said = JSON.parse(proof.finding.statement);
    return isStatement(said) ? said : null;
  } catch {
    return null;
  }
}

// ---- the check ----

const shown = (record) => Object.fromEntries(record.fields.filter((field) => typeof field !== "string").map((field) => [field.name, field.text]));
const place = (record) => `record ${record.index + 1} of log file ${record.file + 1}`;
const namedBy = (kind) => (kind === "request" ? "id" : "line");

/** Everything that is wrong with a parsed proof. `kinds`: names of the fields of each kind that a finding cites. */
export async function faults(proof, kinds) {
  const wrong = [];
  const { pack, finding } = proof;
  if ((await headerRoot(pack)) !== proof.root) wrong.push("the root is not that of the pack which the proof describes");
  if ((await included(findingLeaf(finding.statement), finding.index, pack.findings, finding.path)) !== pack.findings_root)
    wrong.push("the finding is not one of the pack");
  const owners = new Map(proof.files.map((file) => [file.file, file]));
  if (owners.size !== proof.files.length) wrong.push("a log file is named twice");
  for (const file of proof.files)
    if ((await included(fileLeaf(file.size, file.root), file.file, pack.files, file.path)) !== pack.files_root)
      wrong.push(`log file ${file.file + 1} is not one of the pack`);
  if (new Set(proof.records.map((record) => `${record.file} ${record.index}`)).size !== proof.records.length)
    wrong.push("a record is named twice");
  for (const record of proof.records) {
    const owner = owners.get(record.file);
    if (!owner || (await included(recordLeaf(record), record.index, owner.size, record.path)) !== owner.root)
      wrong.push(`${place(record)} is not one of the pack, or was changed`);
  }
  return [...wrong, ...citationFaults(proof, kinds)];
}

function citationFaults(proof, kinds) {
  const said = statementOf(proof);
  if (!said) return ["the finding cannot be read"];
  const wrong = [];
  const seen = new Set();
  for (const record of proof.records) {
    const names = Object.hasOwn(kinds, record.kind) ? kinds[record.kind] : [];
    const inPlace = record.fields.every((field, at) => typeof field === "string" || field.name === names[at]);
    const fields = shown(record);
    if (names.length !== record.fields.length || !inPlace || !Object.hasOwn(fields, namedBy(record.kind))) {
      wrong.push(`${place(record)} has other fields than its kind`);
      continue;
    }
    seen.add(record.kind === "request" ? fields.id : `${record.file} ${fields.line}`);
  }
  const cited = new Set([...said.requests, ...said.readings.map(([file, line]) => `${file} ${line}`)]);
  if (seen.size !== cited.size || [...cited].some((one) => !seen.has(one)))
    wrong.push("the records shown are not those that the finding cites");
  return wrong;
}

// ---- the page ----

const number = (value) => value.toLocaleString("en");
const plural = (value, word) => `${number(value)} ${word}${value === 1 ? "" : "s"}`;

function proved(proof) {
  const files = plural(proof.files.length, "log file");
  return [
    `Finding ${statementOf(proof).id} and the ${plural(proof.records.length, "record")} that it cites are in evidence ${proof.pack.evidence}, in ${files}, as when its root was made.`,
  ];
}

function rowsOf(proof) {
  const table = document.createElement("table");
  table.className = "wm-table";
  const add = (cells, tag) => {
    const row = (tag === "th" ? table.createTHead() : (table.tBodies[0] ?? table.createTBody())).insertRow();
    for (const cell of cells) {
      const node = row.appendChild(document.createElement(tag));
      node.textContent = cell;
      if (tag === "th") node.scope = "col";
    }
  };
  add(["Record", "Opened field", "Value"], "th");
  for (const record of proof.records)
    for (const [name, value] of Object.entries(shown(record)))
      add([`log-${String(record.file + 1).padStart(4, "0")}, record ${record.index + 1}`, name.replaceAll("_", " "), value], "td");
  return table;
}

function answer(result, verdict, sentences, extra) {
  const head = document.createElement("p");
  head.appendChild(document.createElement("strong")).textContent = verdict;
  const items = document.createElement("ul");
  for (const sentence of sentences) items.appendChild(document.createElement("li")).textContent = sentence;
  result.replaceChildren(head, items, ...(extra ? [extra] : []));
}

async function run(form, result) {
  const file = form.elements.proof.files[0];
  const proof = parsed(file ? await file.text() : form.elements.pasted.value);
  if (!proof) return answer(result, "Refused. Nothing is proved.", [`${NOT_A_PROOF}.`]);
  const wrong = await faults(proof, JSON.parse(form.dataset.fields));
  const typed = form.elements.root.value.trim().toLowerCase();
  if (typed && typed !== proof.root) wrong.push("the proof leads to another root than the one given");
  if (wrong.length) return answer(result, "Refused. Nothing is proved.", wrong.map((fault) => `${fault}.`));
  const row = [...document.querySelectorAll("[data-root]")].find((node) => node.dataset.root === proof.root);
  const known = row && row.dataset.evidence === proof.pack.evidence;
  const compared = known
    ? `Its root is the one that this site publishes for evidence ${proof.pack.evidence}.`
    : typed
      ? "Its root is the one given."
      : "Its root is none of this site's, and you gave none: the proof says something only if somebody published this root.";
  const verdict = known || typed ? "Holds." : "Whole in itself, but compared with nothing.";
  answer(result, verdict, [...proved(proof), compared, `Root: ${proof.root}`], rowsOf(proof));
}

// ---- "Check here" beside a finding: the proof lies beside the page, its root is on it ----

async function checkHere(box, result) {
  const answered = await fetch(box.dataset.proof);
  const proof = answered.ok ? parsed(await answered.text()) : null;
  if (!proof) return answer(result, "Refused. Nothing is proved.", [`${NOT_A_PROOF}.`]);
  const wrong = await faults(proof, JSON.parse(box.dataset.fields));
  if (statementOf(proof)?.id !== box.dataset.finding) wrong.push("the proof is of another finding");
  if (proof.root !== box.dataset.root || proof.pack.evidence !== box.dataset.evidence) wrong.push("the root is not the one on this page");
  if (wrong.length) return answer(result, "Refused. Nothing is proved.", wrong.map((fault) => `${fault}.`));
  return answer(result, "Holds.", [...proved(proof), "Its root is the one on this page."], rowsOf(proof));
}

for (const box of document.querySelectorAll(".wm-checkhere")) {
  const [offer, result] = [box.querySelector("p"), box.querySelector(".wm-verified")];
  const byHand = "A page that was opened as a file may not read the proof beside it: choose proof.json on the page Verify a number.";
  if (!globalThis.crypto?.subtle) continue;
  offer.hidden = false;
  offer.querySelector("button").addEventListener("click", () => {
    if (location.protocol === "file:") return answer(result, "Not checked.", [byHand]);
    return checkHere(box, result).catch(() => answer(result, "Not checked.", [byHand]));
  });
}

const form = document.querySelector("form.wm-verify");
const result = document.querySelector(".wm-verified");
if (form && result) {
  if (globalThis.crypto?.subtle) {
    form.hidden = false;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      run(form, result).catch(() => answer(result, "Refused. Nothing is proved.", [`${NOT_A_PROOF}.`]));
    });
  } else {
    result.textContent = "This browser gives hashes only to pages that came by https. Use the command below.";
  }
}
