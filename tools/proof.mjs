// Writes docs/proof.md: every numbered case, the tests that prove it, and where they stand.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { HOUSE } from './house.mjs';
import { readLongRuns } from './long-runs.mjs';

const PAGE = join(HOUSE, 'docs/proof.md');
const NUMBER =
  /^((?:(?:BP|ORD|RFND)-\d{2}|[A-HNPRST]\d{1,3}[a-z]?)(?:(?:, | ?\/ ?)(?:(?:BP|ORD|RFND)-\d{2}|[A-HNPRST]\d{1,3}[a-z]?))*):? (.+)$/;

/** The lists the numbers come from. T02 and T2 are two cases: the bugs have two digits, the traps one. */
const FAMILIES = [
  [/^T\d\d$/, 'Bugs of common implementations that Tiffin is free of (T01–T20)'],
  [/^E(0\d|1[0-5])$/, 'Edge cases of an order (E01–E15)'],
  [/^D([1-9]|10)$/, 'Finding a rider (D1–D10)'],
  [/^D1[1-8]$/, 'Watching an order (D11–D18)'],
  [/^BP-/, 'Payments: fulfilment (BP)'],
  [/^ORD-/, 'Payments: orders (ORD)'],
  [/^RFND-/, 'Payments: refunds (RFND)'],
  [/^F([1-9]|1\d|2[0-7])$/, 'Faults: what breaks, and what must hold (F1–F27)'],
  [/^P\d+$/, 'Pitfalls of the AMQP client (P1–P19)'],
  [/^T\d$/, 'Traps of the broker’s topology (T1–T9)'],
  [/^C\d$/, 'Rules of consumers (C1–C8)'],
  [/^R\d+$/, 'Rules of the relay and of resuming (R1–R11)'],
  [/^S\d+$/, 'Rules of the sweeper and of sockets (S1–S15)'],
  [/^A\d+$/, 'Attacks on authentication (A1–A30)'],
  [/^B([1-9]|1[0-3])$/, 'Figures of dispatch that are promises (B1–B13)'],
  [/^B\d+$/, 'Attacks on what belongs to others (B31–B44)'],
  [/^C\d\d$/, 'Attacks on the webhook (C45–C71)'],
  [/^D\d\d$/, 'Attacks on sockets (D72–D86)'],
  [/^E\d\d$/, 'Attacks on the emit door (E87–E95)'],
  [/^F\d\d+$/, 'Poisoned messages (F96–F113)'],
  [/^G\d+$/, 'Hostile text and JSON (G114–G125)'],
  [/^H\d+$/, 'Numbers, places, times, pages, keys (H126–H135)'],
  [/^N\d+$/, 'Numbers and money (N)'],
];

const familyOf = (number) => FAMILIES.findIndex(([pattern]) => pattern.test(number));
const inOrder = new Intl.Collator('en', { numeric: true }).compare;

/** How many sentences a row tells; a table of inputs would fill the page. */
const TOLD = 4;

const cell = (text) => text.replaceAll('|', '\\|').replaceAll('<', '&lt;');

const row = (number, proofs) => {
  const sentences = [...new Set(proofs.map(({ sentence }) => sentence))].sort(inOrder);
  const files = [...new Set(proofs.map(({ file }) => file))].sort();
  const more = sentences.length - TOLD;
  const told = more > 1 ? [...sentences.slice(0, TOLD), `and ${more} more`] : sentences;
  const links = files.map((file) => `[${file.split('/').at(-1)}](../${file})`);
  return `| ${number} | ${cell(told.join(' · '))} | ${links.join(', ')} |`;
};

/** `tests`: `{file, titles}` of every test, its describes' titles first. */
export const proofPage = (tests) => {
  const proofs = new Map();
  for (const { file, titles } of tests) {
    titles.forEach((title, depth) => {
      const match = NUMBER.exec(title);
      if (!match) return;
      const [, numbers, words] = match;
      // A describe stands for all its tests: one sentence, not one a test. A test is read with what stands above it.
      const above = titles.slice(0, depth).map((text) => NUMBER.exec(text)?.[2] ?? text);
      const sentence = [...above, words].join(': ');
      for (const number of numbers.split(/, | ?\/ ?/))
        proofs.set(number, [...(proofs.get(number) ?? []), { sentence, file }]);
    });
  }
  const numbers = [...proofs.keys()].sort(inOrder);
  const homeless = numbers.filter((number) => familyOf(number) === -1);
  if (homeless.length > 0) throw new Error(`numbers of no list: ${homeless.join(', ')}`);
  const sections = FAMILIES.flatMap(([, title], family) => {
    const own = numbers.filter((number) => familyOf(number) === family);
    if (own.length === 0) return [];
    const rows = own.map((number) => row(number, proofs.get(number)));
    return [`## ${title}\n\n| number | what is proved | where |\n|---|---|---|\n${rows.join('\n')}\n`];
  });
  return `${HEAD}\n${[...sections, ...longRunSection()].join('\n')}`;
};

const longRunSection = () => {
  const runs = Object.entries(readLongRuns());
  if (runs.length === 0) return [];
  const rows = runs.map(
    ([file, { passed, seed, seconds, on }]) =>
      `| [${file.split('/').at(-1)}](../${file}) | ${passed ? 'passed' : 'FAILED'} | ${seed} | ${seconds} | ${on} |`,
  );
  return [`## Long runs\n\n| file | result | seed | seconds | on |\n|---|---|---|---|---|\n${rows.join('\n')}\n`];
};

const HEAD = `# Proof

Every numbered case and the tests that prove it, in their own words. The numbers are those of the lists of bugs, faults, pitfalls and attacks
this project is built against; a number that is missing here has no test yet, because the part it is about is not built. A test's name begins
with its number: this page is written from the names by \`npm run proof\`, and \`npm test\` fails when it is stale.

All of them run in \`npm test\` at a small size. \`npm run test:long\` runs the random ones at full size: 30 kills of processes (F1), a thousand
races of sixty riders (D1), and five thousand random requests to every door. What came of them last is at the end of this page.
`;

export const testsOfReport = (report) =>
  report.testResults.flatMap(({ name, assertionResults }) =>
    assertionResults.map(({ ancestorTitles, title }) => ({
      file: relative(HOUSE, name),
      titles: [...ancestorTitles, title],
    })),
  );

export const isProofStale = (report) => readFileSync(PAGE, 'utf8') !== proofPage(testsOfReport(report));

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  if (process.argv.length > 2) {
    console.error('npm run proof: writes docs/proof.md from the names of the tests. It takes no flags.');
    process.exit(process.argv[2] === '--help' ? 0 : 2);
  }
  const { stdout } = spawnSync(process.execPath, [join(HOUSE, 'node_modules/vitest/vitest.mjs'), 'list', '--json'], {
    cwd: HOUSE,
    encoding: 'utf8',
    maxBuffer: 64 * 1_024 * 1_024,
  });
  const listed = JSON.parse(stdout.slice(stdout.indexOf('[')));
  const page = proofPage(listed.map(({ name, file }) => ({ file: relative(HOUSE, file), titles: name.split(' > ') })));
  writeFileSync(PAGE, page);
  console.log(`docs/proof.md: ${page.split('\n').filter((line) => line.startsWith('| ')).length} rows`);
}
