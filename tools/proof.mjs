// Writes docs/proof.md: every numbered case, the test that proves it, and where it stands. `--check` only says whether the page is stale.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { HOUSE } from './house.mjs';

const PAGE = join(HOUSE, 'docs/proof.md');
const NUMBER =
  /^((?:(?:BP|ORD|RFND)-\d{2}|[A-HNPRST]\d{1,3}[a-z]?)(?:(?:, | ?\/ ?)(?:(?:BP|ORD|RFND)-\d{2}|[A-HNPRST]\d{1,3}[a-z]?))*):? (.+)$/;

const FAMILIES = [
  ['T', 'Bugs of common implementations that Tiffin is free of'],
  ['E0', 'Edge cases'],
  ['D', 'Dispatch (D1–D10) and realtime (D11–D86)'],
  ['P', 'Pitfalls of the AMQP client'],
  ['F', 'Faults (F1–F27) and poison (F96–F113)'],
  ['A', 'Attacks on authentication'],
  ['B', 'Attacks on ownership'],
  ['BP-', 'Payment scenarios: fulfilment'],
  ['ORD-', 'Payment scenarios: orders'],
  ['RFND-', 'Payment scenarios: refunds'],
  ['C', 'Attacks on the webhook'],
  ['E', 'Attacks on the emit door'],
  ['G', 'Hostile text and JSON'],
  ['H', 'Numbers, places, times, pages, keys'],
  ['N', 'Numbers, money'],
  ['R', 'Rules of the relay and of resuming'],
  ['S', 'Rules of the sweeper and of sockets'],
];

const familyOf = (number) =>
  FAMILIES.map(([prefix]) => prefix)
    .filter((prefix) => number.startsWith(prefix))
    .sort((one, other) => other.length - one.length)[0];

/** `tests`: `{file, titles}` of every test, its describes' titles first. */
export const proofPage = (tests) => {
  const rows = new Map();
  for (const { file, titles } of tests) {
    titles.forEach((title, depth) => {
      const match = NUMBER.exec(title);
      if (!match) return;
      const [, numbers, words] = match;
      // A describe stands for all its tests: one row, not one a test. A test is read with what stands above it.
      const sentence = [...titles.slice(0, depth), words].join(' ');
      for (const number of numbers.split(/, | ?\/ ?/)) {
        const key = `${number}\n${sentence}\n${file}`;
        rows.set(key, { number, sentence, file });
      }
    });
  }
  const byNumber = [...rows.values()].sort(
    (one, other) =>
      one.number.localeCompare(other.number, 'en', { numeric: true }) ||
      one.sentence.localeCompare(other.sentence, 'en'),
  );
  const sections = FAMILIES.flatMap(([prefix, title]) => {
    const own = byNumber.filter(({ number }) => familyOf(number) === prefix);
    if (own.length === 0) return [];
    const cell = (text) => text.replaceAll('|', '\\|').replaceAll('<', '&lt;');
    return [
      `## ${title}\n\n| number | what is proved | where |\n|---|---|---|\n${own
        .map(
          ({ number, sentence, file }) => `| ${number} | ${cell(sentence)} | [${file.split('/').at(-1)}](../${file}) |`,
        )
        .join('\n')}\n`,
    ];
  });
  return `# Proof\n\nEvery numbered case and the test that proves it. A test's name begins with the number; this page is written from the names by\n\`npm run proof\`, and \`npm test\` fails when it is stale.\n\n${sections.join('\n')}`;
};

export const testsOfReport = (report) =>
  report.testResults.flatMap(({ name, assertionResults }) =>
    assertionResults.map(({ ancestorTitles, title }) => ({
      file: relative(HOUSE, name),
      titles: [...ancestorTitles, title],
    })),
  );

export const isProofStale = (report) => readFileSync(PAGE, 'utf8') !== proofPage(testsOfReport(report));

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
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
