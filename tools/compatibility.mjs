// npm run compatibility: writes local/document-store/COMPATIBILITY.md from the conformance suite.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { HOUSE } from './house.mjs';

const STORE = join(HOUSE, 'local/document-store');
const SUITE = join(STORE, 'conformance');
const PAGE = join(STORE, 'COMPATIBILITY.md');

const readJson = (path) => JSON.parse(readFileSync(path, 'utf8'));
const readChapters = () =>
  readdirSync(join(SUITE, 'chapters'))
    .filter((file) => file.endsWith('.json'))
    .sort()
    .map((file) => ({ file, ...readJson(join(SUITE, 'chapters', file)) }));

const cell = (text) => text.replaceAll('|', '\\|').replaceAll('<', '&lt;');
const table = (head, rows) =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.map(String).map(cell).join(' | ')} |`).join('\n');

const codeOf = (answers) => answers.error?.code ?? answers.writeErrors?.[0]?.code;
/** What MongoDB answers and the store refuses, as opposed to what both answer, each in its way. */
const isRefused = ({ answers, here }) => codeOf(here.answers) !== undefined && codeOf(answers) === undefined;

const compatibilityPage = () => {
  const chapters = readChapters();
  const all = chapters.flatMap(({ chapter, cases }) => cases.map((one) => ({ chapter, ...one })));
  const others = all.filter(({ here }) => here);
  const refused = others.filter(isRefused);
  const differing = others.filter((one) => !isRefused(one));
  const links = chapters.map(({ file, chapter, manual, cases }) => [
    `[${chapter}](conformance/chapters/${file}) ([manual](${manual}))`,
    cases.length,
    cases.filter(({ here }) => !here).length,
  ]);
  const { differences } = readJson(join(SUITE, 'beyond-cases.json'));
  return `<!-- Written by npm run compatibility from conformance/. -->
# The embedded document store beside MongoDB 7

${all.length} cases say what MongoDB answers; the store answers ${all.length - others.length} of them alike, ${differing.length} differently and refuses ${refused.length}. They run with
every \`npm test\`, and unchanged on a real MongoDB when \`MONGODB_URL\` names one ([conformance/](conformance/README.md)).

## Supported
${table(['chapter', 'cases', 'alike'], links)}

## Differs
What no case can show:

${table(
  ['subject', 'here'],
  differences.map(({ subject, here }) => [subject, here]),
)}

Case by case:

${
  differing.length === 0
    ? 'Nothing.'
    : table(
        ['chapter', 'case', 'here'],
        differing.map(({ chapter, name, here }) => [chapter, name, here.why]),
      )
}

## Refused
With an error that names MongoDB as the way; nothing is half done.

${
  refused.length === 0
    ? 'Nothing that has a case.'
    : table(
        ['chapter', 'case', 'code', 'why'],
        refused.map(({ chapter, name, here }) => [chapter, name, codeOf(here.answers), here.why]),
      )
}
`;
};

/** Whether the page says something else than the suite. */
export const isCompatibilityStale = () => readFileSync(PAGE, 'utf8') !== compatibilityPage();

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  writeFileSync(PAGE, compatibilityPage());
  console.log('local/document-store/COMPATIBILITY.md was written');
}
