"""The same of what is measured, compared and worked out: a line is `Model.field: words`."""

from __future__ import annotations

MEASURED = """
PublishedTable.id: Permanent id of the table, and of its picture.
PublishedTable.title: Title, one line.
PublishedTable.columns: Names of the columns.
PublishedTable.rows: Rows, each with as many cells as there are columns.
PublishedTable.note: What is to be read with it.
PublishedTable.plot: How it is drawn; left out, it is a table only.
Plot.kind: Form of the picture: bars, spans, months, days or runs.
Plot.label: Column that names each mark.
Plot.values: Columns that are drawn.
Plot.group: Column that the colour means.
Plot.panel: Column by which the picture is in parts.
Plot.hour: Column of hours, such as 07:24.
Plot.name: Column with what each point is called.
Plot.band: First and last day that are shaded.
Plot.band_label: What the shade means.
Plot.dates: Days with a line and a word.
Plot.low: Column with the lower end of the interval.
Plot.high: Column with the upper end of the interval.
Plot.rule: A value with a line to compare with.
Plot.axis: Title of the axis, with its unit.
Plot.sentence: What is to be seen, with its numbers.
Mark.day: The day.
Mark.word: The word at it.
Bearing.claim: The claim.
Bearing.says: What the measurement says about it.
Bearing.picture: Id of the table whose picture the page of the claim shows.
Applied.first: First day of the change.
Applied.last: Last day; left out where no end is known.
Applied.says: What changed, in one sentence.
Applied.fault: false, where the change harms nobody by itself.
Origin.id: Id of the pack that is made of it.
Origin.title: What the log is of, one line.
Origin.repository: Address of the repository on GitHub.
Origin.commit: The commit, 40 digits.
Origin.licence: SPDX identifier of the repository's own licence.
Origin.published: How it came to be public: a fixture, a choice of its own, or by opting in.
Origin.how: The same in words, and that nobody was asked.
Origin.files: Each file, with its digest.
PublicFile.path: Path below the top of the repository.
PublicFile.sha256: SHA-256 of the file.
PublicFile.bytes: Its size in bytes.
PublicFile.lines: Its lines.
PublicFile.commit: Its commit, where it is not that of the whole.
Judged.set: The public set.
Judged.detector: The detector.
Judged.what: Whether a finding or a step was read.
Judged.file: Path of the file in the set.
Judged.line: Line of the call, from 1.
Judged.verdict: What it is after its lines were read.
Judged.why: Why, one line.
Judged.read: Day on which it was read.
Judged.taken_by: Explanation by which the rules of today take it.
Peer.id: Permanent id.
Peer.name: Name of the tool.
Peer.version: Version that was run.
Peer.url: Its address; left out for this program.
Peer.measured: Day on which it was run.
Peer.command: How it was run.
Peer.says: What it tells of a break.
Peer.better: Where it is right, or better than this program.
Peer.limits: Where its count is off on these sets.
Peer.words: Its words for causes.
Peer.sets: What it made of each public set.
Peer.days: Days that were compared by their sums.
Peer.days_equal: Days with equal sums.
Peer.gaps: Days on which the sums differ.
Peer.crossed: Steps with its word and with ours.
Peer.drawn: How the cases that were read were drawn.
Peer.cases: Cases that were read by hand.
Word.word: Its word.
Word.means: What its source says that the word means.
PeerSet.set: The public set.
PeerSet.calls: Calls that it counts.
PeerSet.input: Input that was not in the cache, in tokens.
PeerSet.written: Writes to the cache, in tokens.
PeerSet.read: Reads from the cache, in tokens.
PeerSet.output: Output in tokens.
PeerSet.causes: How often it used each of its words.
Counted.word: Its word.
Counted.count: How often.
DayGap.set: The public set.
DayGap.days: The days.
DayGap.gap: Its sum less ours, in tokens.
DayGap.right: Whose sum is right.
DayGap.why: Why.
Crossed.theirs: Its word; left empty where it says nothing.
Crossed.ours: Our word; left empty where we say nothing.
Crossed.count: How many steps.
PeerCase.set: The public set.
PeerCase.file: Path of the file in the set.
PeerCase.line: Line of the later call, from 1.
PeerCase.theirs: Its word.
PeerCase.ours: Our word.
PeerCase.expected: Tokens that the call before left in the cache.
PeerCase.read: Tokens that were read from it.
PeerCase.right: Who is right.
PeerCase.why: Why.
Example.detector: The detector that it is an example of.
Example.name: Its name, one of its detector.
Example.title: What it shows, one line.
Example.because: Why the detector answers so.
Example.expect: What the detector must answer.
Example.benign: The innocent explanation that it shows.
Example.start: The moment from which seconds are counted.
Example.requests: Calls.
Example.marks: What happened between them.
Example.meter: Readings of a meter.
Example.counters: Readings of a running counter.
Example.buckets: Rows of a usage report.
ExampleRequest.at: Seconds from the start.
ExampleRequest.took: Length of the answer in seconds.
ExampleRequest.read: Tokens read from the cache.
ExampleRequest.written: Tokens written to the cache.
ExampleRequest.output: Output in tokens.
ExampleRequest.lifetime: How long its writes live in the cache.
ExampleRequest.session: Its session.
ExampleRequest.parent: The line that it answers; left out, a line of its own.
ExampleRequest.lines: Lines of the transcript that carry its usage.
ExampleRequest.times: How many such calls follow one another.
ExampleRequest.every: Seconds between them.
ExampleRequest.grows: Tokens by which each of them grows.
ExampleRequest.id: Its id.
ExampleRequest.agent: Its sub-agent; left out, the main thread.
ExampleRequest.surface: Where it was made.
ExampleRequest.version: Version of the client.
ExampleRequest.entrypoint: How the client was started.
ExampleRequest.model: The model that answered.
ExampleRequest.first_seen: Seconds to the first line of the answer.
ExampleRequest.ended: Seconds to the last line of the answer.
ExampleRequest.uncached: Input that was not in the cache, in tokens.
ExampleRequest.cache_write_5m_tokens: Writes that live five minutes, in tokens.
ExampleRequest.cache_write_1h_tokens: Writes that live an hour, in tokens.
ExampleRequest.output_reliable: Is the output count that of the whole answer?
ExampleRequest.tier: Service tier of the call.
ExampleRequest.speed: Speed of the call.
ExampleRequest.stop_reason: Why the answer ended.
ExampleRequest.words: Words of the prompt that it answers.
ExampleRequest.miss_reason: Why the cache was missed, as the service says.
ExampleRequest.missed_tokens: Tokens that were missed, as the service says.
ExampleRequest.effort: Effort that was asked for.
ExampleRequest.requested: The model that was asked for.
ExampleRequest.region: Region that served it.
ExampleRequest.first_output: Output count on the first line of the answer.
ExampleRequest.result_bytes: Size of the tool result that it answers, in bytes.
ExampleRequest.reads: Uses of tools that look at files.
ExampleRequest.edits: Uses of tools that change files.
ExampleRequest.follows: The call above it in the tree of lines.
ExampleRequest.gateway: Did it come through somebody else's hands?
ExampleRequest.role: What it is for, where it is no answer in a conversation.
ExampleRequest.opening_read: Tokens that the first of its rounds read.
ExampleRequest.opening_prompt: Prompt of the first of its rounds, in tokens.
ExampleRequest.left: Tokens that its last round left in the cache.
ExampleRequest.context: Prompt of its last round, in tokens.
ExampleRequest.compacted: Did the service compact the conversation before it answered?
ExampleRequest.web_searches: Searches that the service ran for it.
ExampleRequest.thought: Does the answer hold a block of thinking?
ExampleRequest.whole: Did the answer come in one piece?
ExampleRequest.thinking_asked: Was thinking on?
ExampleRequest.added_blocks: Blocks of content since the call before.
ExampleRequest.nested: Is it known only from a line of the parent's transcript?
ExampleRequest.position: Its place in the thread.
ExampleMark.at: Seconds from the start.
ExampleMark.kind: What happened.
ExampleMark.session: Its session.
ExampleMark.agent: Its sub-agent.
ExampleMark.trigger: What set it off.
ExampleMark.value: Its number: tokens before a compaction, words of a prompt.
ExampleReading.at: Seconds from the start.
ExampleReading.used: Used, in percent.
ExampleReading.resets: Seconds from the start to the reset.
ExampleReading.account: The account.
ExampleReading.window: Window of the meter.
ExampleCounter.at: Seconds from the start.
ExampleCounter.session: Its session.
ExampleCounter.counter: Which counter.
ExampleCounter.value: Its value.
ExampleCounter.uptime: Seconds since the client was started.
ExampleCounter.version: Version of the client.
ExampleCounter.model: The model that it counts.
ExampleBucket.report: The report that it is a row of.
ExampleBucket.start: Its start, in seconds.
ExampleBucket.end: Its end, in seconds.
ExampleBucket.surface: Where the calls were made.
ExampleBucket.model: The model.
ExampleBucket.group: Whose calls it counts.
ExampleBucket.grouping: What its groups are.
ExampleBucket.as_of: When the report was made, in seconds.
ExampleBucket.cumulative: Does it count all since the start?
ExampleBucket.requests: Calls.
ExampleBucket.uncached: Input that was not in the cache, in tokens.
ExampleBucket.read: Reads from the cache, in tokens.
ExampleBucket.written: Writes to the cache, in tokens.
ExampleBucket.output: Output in tokens.
ExampleBucket.mixed_tokens: Tokens that the report does not tell apart.
ExampleBucket.cost_usd: Cost in USD.
"""
