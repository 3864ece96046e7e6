"""What each field is for, where `field_words.py` does not say it, in one line: a line is `Model.field: words`.

Editors show them while a file is written, and the page "Manual" prints them.
"""

from __future__ import annotations

RECORDS = """
Moved.old: The address as it was, from the root of the site; a place on a page after #.
Moved.new: The address as it is now; left out where the page is gone.
Moved.day: Day on which it moved.
Moved.why: Why, one line.
Case.own: true, where the site is of somebody's own logs and of no case.
Case.words: Words of this case that pages need and no record has.
Words.since: Month or day on which it is said to have begun.
Words.client: The program whose versions readers know.
Words.version_command: What prints that version.
Words.tracker: The product whose public issue tracker most reports come from.
Words.collected: What else a reader of counts must know of how reports were found.
Words.searched: How the reports were found, as the end of a sentence that begins "Reports were found".
Words.drafted: How the reviewer's grades were drafted, such as: with a language model.
Words.releases: How many releases there were, so that being near to one is no evidence.
Words.unmeasured: Measurements that nobody has.
Registered.title: Title of the page that answers it.
Registered.page: Its address below that of the case; it never changes.
Case.id: Year and month: the first part of every address of the case. It never changes.
Case.title: Title of the case, which is on every page.
Case.question: The question that the case is about, one line.
Case.answer: The answer in one sentence that could be printed.
Case.besides: What somebody who has read the answer should know next.
Case.article: Title of the article that the claims are from.
Case.published: Where, when and by whom the article came out.
Case.window_start: First day of the window: reports of these days are counted as the case.
Case.window_end: Last day of the window.
Case.article_window_start: First day that the article is about.
Case.article_window_end: Last day that the article is about.
Case.answers: Three paragraphs: what is established, what is plausible, what is not supported.
Case.caution: What a reader should keep in mind with every figure.
Case.contact: Who answers for the site: a page, or mailto: and one address.
Case.repository: Address of the repository; on GitHub, pages then lead to its issue forms.
Case.program: Address of the repository that readers install the program from.
Case.program_here: true, where the repository of the case holds the program as well.
Case.issues: Form or tracker that takes a title and a text, if it is not that of the repository.
Case.answers_within: Days in which whoever writes gets an answer.
Case.vendors: Vendors it is about that have a file: of the program, or of content/vendors/.
Case.vendor_addresses: Addresses at which the vendor itself writes.
Case.author_packs: Evidence packs of the author's own logs; only these move grades.
Case.people: Who made the site and with what interest.
Case.notice: One line on every page: who made it, and whether a person has read it.
Case.registered: What is tested and how, written down before it is counted.
Publication.url: Address of the article.
Publication.date: Day on which it came out.
Publication.author: Its author, as the article has it.
Answer.text: The paragraph.
Answer.claims: Claims that it rests on.
VendorAddress.address: What is at this address or below it is the vendor's own word.
VendorAddress.kinds: What its documents may be.
VendorAddress.shared: Others write there too, as in a thread.
Person.role: What the person or the group did.
Person.statement: Who they are and what their interest is.
Symptom.id: Permanent id, which reports and claims name.
Symptom.title: Name, one line.
Symptom.question: The symptom as a question that a user would ask.
Symptom.definition: What counts as it, so that two people would sort a report alike.
Symptom.looks_like: What looks like it, and how to tell them apart.
Symptom.layer_note: What would point to the client, the server, metering or a policy.
Symptom.detectors: Detectors that speak to it.
SurfaceText.id: Permanent id, which reports, events and claims name.
SurfaceText.title: Name, one line.
SurfaceText.summary: What it is, and how it is billed or metered.
SurfaceText.client: Which client it runs.
SurfaceText.logs: What a user can get from it, and what not.
SurfaceText.have: What evidence this site has.
SurfaceText.missing: What evidence it has not.
SurfaceText.looks_like: What gives the same picture there.
SurfaceText.variants: Forms of it that some records name.
Variant.id: Id that records name.
Variant.title: Name, one line.
Period.start: First day; left out where it is open.
Period.end: Last day; left out where it is open.
Period.text: How the article puts it.
ClaimEvidence.source: The source that shows it; one of source, report, incident and measurement.
ClaimEvidence.report: The report that shows it.
ClaimEvidence.incident: The incident that shows it.
ClaimEvidence.measurement: The measurement that shows it.
ClaimEvidence.event: The event in which it is told; weighs nothing itself.
ClaimEvidence.stance: What it does to the claim.
ClaimEvidence.bears: How near it is to the statement as worded.
ClaimEvidence.shows: What exactly it shows of this claim, and no more.
ClaimEvidence.relays: Whose words are passed on in what is cited: vendor, or the id of a record.
ClaimEvidence.lowered: Why it weighs less than its source.
Lowered.to: The weight that it has instead.
Lowered.why: Why, one line.
Wanted.record: The record that would decide it, with its day and surface.
Wanted.holder: Who could publish it.
Wanted.command: The command that makes it evidence here.
Figure.metric: What was counted or measured.
Figure.value: The number as the report has it; or start and end.
Figure.start: The number at the beginning.
Figure.end: The number at the end.
Figure.unit: Its unit.
Figure.note: What else is to be said of it.
Section.id: Permanent id, the last part of its address.
Section.number: Its place in the article; 0 is the overview before the first section.
Section.title: Title in our words.
Section.section: Name of the section, as claims have it.
Section.summary: What the section says, in a sentence or two.
Section.paragraphs: The section retold.
Section.record: What is on record about it.
Section.unknown: What nobody outside can check.
Paragraph.heading: A heading, where it has one.
Paragraph.sentences: Its sentences, each with its claims.
Sentence.text: The sentence.
Sentence.claims: Claims that it makes or is about.
Fact.text: What is on record.
Fact.claims: Claims that it bears on.
Fact.sources: Where it is from.
Reference.url: An address.
Reference.report: A report of this site.
Reference.event: An event of this site.
Reference.incident: An incident of this site.
Reference.measurement: A measurement of this site.
Headline.title: Title of the page of two explanations.
Headline.question: The question that they answer differently.
Headline.answer: What can be said, in a sentence or two.
Headline.fairness: How both are given the same space.
Headline.hypotheses: The two explanations.
Headline.tests: Questions on which they differ.
Hypothesis.id: Permanent id.
Hypothesis.title: Name, one line.
Hypothesis.says: What it says.
Hypothesis.predicts: What it predicts.
Hypothesis.fits: What fits it, with sources.
Hypothesis.strains: What does not fit it, with sources.
Hypothesis.falsified_by: What would refute it.
Hypothesis.open: What it leaves open.
HypothesisTest.id: Permanent id.
HypothesisTest.title: The question, one line.
HypothesisTest.first: What the first explanation predicts.
HypothesisTest.second: What the second explanation predicts.
HypothesisTest.observed: What was observed.
HypothesisTest.sources: Where the observation is from.
HypothesisTest.leaning: Which explanation it fits better.
HypothesisTest.why: Why it is read so.
HypothesisTest.decide: What would decide it.
Asked.id: Permanent id.
Asked.date: Day on which they were asked.
Asked.who: Who was asked.
Asked.by: Who asked: a name or a role.
Asked.way: How: mail to the address on a page, a form, an issue.
Asked.about: What was asked, and about which pages.
Asked.page: The page of a record that it was about.
Asked.answered: Day of the answer; left out where none came.
Asked.answer: What came, in a line.
Asked.reply: The reply that prints it whole.
PriceEpoch.model: Id of the model, as the service reports it.
PriceEpoch.speed: Which of its speeds these prices are for.
PriceEpoch.since: First day on which they hold.
PriceEpoch.until: Last day; left out where they still hold.
PriceEpoch.prices: List prices in USD a million tokens.
PriceEpoch.over_200k: Prices of the whole request where its prompt is over 200,000 tokens.
PriceEpoch.sources: Pages that state them.
PriceEpoch.note: What else is to be said.
PricesPerMillion.input: Input that was not in the cache.
PricesPerMillion.write_5m: Writes to the cache that last five minutes.
PricesPerMillion.write_1h: Writes to the cache that last an hour.
PricesPerMillion.read: Reads from the cache.
PricesPerMillion.output: Output.
VendorFile.id: Name of the file, without its ending.
VendorFile.name: Name of the vendor.
VendorFile.models: Public names of its models, each without a date; only these leave a log, any other is "other".
VendorFile.cache: How its cache works.
VendorFile.prices: Where its list prices are, and what is added to them.
VendorFile.ids: How its own names of calls begin; a call that carries others came through a gateway.
VendorFile.simulated: true, where it is made up to try the program on.
CacheRules.short_seconds: Seconds that an entry of the shorter lifetime lives.
CacheRules.long_seconds: Seconds of the longer one; the same where there is one.
CacheRules.smallest_prompt: Tokens of the smallest prompt that is cached, of the model that needs most.
CacheRules.smallest_block: Tokens of the smallest block that is cached.
CacheRules.looked_back: Blocks before a mark of the cache in which an older entry is found.
CallIds.message: Beginnings of ids of answers.
CallIds.request: Beginnings of ids of requests.
PriceRules.page: Address of the price list.
PriceRules.table: The vendor's id in genai-prices; left out, only the prices below hold.
PriceRules.long_prompt: Tokens above which a call may cost more; 0, where size changes nothing.
PriceRules.batch: Times the price, for batch requests.
PriceRules.write_short: A write of the shorter lifetime, times the input price.
PriceRules.write_long: A write of the longer lifetime, times the input price.
PriceRules.read: A read from the cache, times the input price.
PriceRules.override: Prices of some models in one period.
ListPrice.models: Names of the models, without dates.
ListPrice.speed: Which of their speeds these prices are for.
ListPrice.since: First day on which they hold.
ListPrice.until: Last day; left out where they still hold.
ListPrice.tiers: From so many tokens, USD a million of input and of output, the first from 0.
ListPrice.cache_read: USD a million tokens read from the cache, where it is no factor of the input price.
ListPrice.sources: Pages that state them.
Promise.id: Permanent id.
Promise.title: What is promised, one line.
Promise.texts: What is promised, a sentence or two each.
Promise.tested: How it is tried.
Promise.never: What is not promised.
Promise.trials: Tests that try it, by their ids in measurements/promises.yml.
Stretch.first: First day.
Stretch.last: Last day, included.
Rollout.day: Day of the release.
Rollout.word: Its name, as the article has it.
Rollout.event: The event of this site that it is.
Registered.written: Day on which the plan was written down.
Registered.note: What was known of the results by then.
Registered.listed: Days that the list of incidents covers.
Registered.studied: Days within which dates are shifted, and with which the article's week is compared.
Registered.rollout: From the first release to the last.
Registered.before: Control: days before the rollout.
Registered.after: Control: days after it.
Registered.compared: What the article's week is compared with.
Registered.crest: Days in which reports are most frequent.
Registered.rollouts: Releases that the article names.
Registered.lags: Lags in days that are tried together.
Registered.lag: The lag that single figures are given for.
Registered.failures: The article's own dates of failures, repeats kept.
Registered.near: Days within which those are shifted.
Registered.client_releases: A day for each version of the client.
Registered.client_lags: Lags in days after a version.
Registered.usage_symptoms: Symptoms that count as a complaint about usage.
Registered.neutral_questions: Measurement whose first table has questions that name no month.
Registered.headline: Tests that answer the question of the page, corrected for their number.
"""
