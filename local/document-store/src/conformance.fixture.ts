import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Document, EJSON } from 'bson';

/** What a command is answered. */
export interface Answers {
  readonly documents?: readonly Document[];
  /** The order of `documents` or `values` is not promised. */
  readonly inAnyOrder?: boolean;
  readonly values?: readonly unknown[];
  /** These fields of the reply; numbers are compared by value. */
  readonly reply?: Document;
  readonly error?: { readonly code: number };
  readonly writeErrors?: readonly { readonly index: number; readonly code: number }[];
}

/** One case of the suite, as `conformance/README.md` describes it. */
export interface ConformanceCase {
  readonly name: string;
  readonly indexes?: readonly Document[];
  readonly given: readonly Document[];
  readonly command: Document | readonly Document[];
  readonly answers: Answers;
  readonly leaves?: readonly Document[];
  readonly here?: { readonly why: string; readonly answers: Answers; readonly leaves?: readonly Document[] };
}

export interface Chapter {
  readonly file: string;
  readonly chapter: string;
  readonly manual: string;
  readonly cases: readonly ConformanceCase[];
}

const FOLDER = fileURLToPath(new URL('../conformance/chapters', import.meta.url));
const FIELDS = new Set(['name', 'indexes', 'given', 'command', 'answers', 'leaves', 'here']);
const ANSWERS = ['documents', 'values', 'reply', 'error', 'writeErrors'];

const problemOf = (one: ConformanceCase): string | undefined => {
  const unknown = Object.keys(one).find((field) => !FIELDS.has(field));
  if (unknown !== undefined) return `an unknown field '${unknown}'`;
  if (!one.name || !one.given || !one.command || !one.answers) return 'name, given, command or answers is missing';
  for (const answers of [one.answers, ...(one.here ? [one.here.answers] : [])]) {
    if (!ANSWERS.some((kind) => kind in answers)) return 'nothing is answered';
  }
  return undefined;
};

const readChapter = (file: string): Chapter => {
  const { chapter, manual, cases } = EJSON.parse(readFileSync(`${FOLDER}/${file}`, 'utf8'), { relaxed: false });
  for (const one of cases) {
    const problem = problemOf(one);
    if (problem) throw new Error(`${file}, '${one.name}': ${problem}`);
  }
  return { file, chapter, manual, cases };
};

/** Every chapter, by file name. @throws Error when a case is not written as `conformance/README.md` says. */
export const readChapters = (): readonly Chapter[] =>
  readdirSync(FOLDER)
    .filter((file) => file.endsWith('.json'))
    .sort()
    .map(readChapter);
