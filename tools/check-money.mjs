// No float in money: what is named …Paise is added, subtracted and multiplied by whole numbers, and never divided or rounded outside
// shared/contracts/src/money.ts, where the splits and the decimal texts are. Says where that breaks and ends with 1; proves first that it
// would notice.
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parseSync } from '@swc/core';
import { HOUSE } from './house.mjs';

const FOLDERS = ['shared', 'services', 'local', 'cli', 'console', 'e2e', 'bench'];
const MONEY = 'shared/contracts/src/money.ts';
const PAISE = /paise$/i;
const DIVIDES = new Set(['/', '%', '**', '/=', '%=', '**=']);
const ROUNDS = new Set(['round', 'floor', 'ceil', 'trunc', 'parseFloat', 'toFixed', 'toPrecision', 'fround']);

const isNode = (value) => typeof value === 'object' && value !== null;
const childrenOf = (node) => Object.values(node).flatMap((value) => (Array.isArray(value) ? value : [value]));

/** Whether any node under this one, itself included, is such a one. What a function would do some day is its own matter. */
const contains = (node, is) =>
  isNode(node) && (is(node) || childrenOf(node).some((child) => !isFunction(child) && contains(child, is)));

const isFunction = (node) => isNode(node) && /^(Arrow)?Function/.test(node.type ?? '');
const isPaise = (node) => node.type === 'Identifier' && PAISE.test(node.value);
const isFraction = (node) => node.type === 'NumericLiteral' && !Number.isInteger(node.value);
const isDivision = (node) =>
  (node.type === 'BinaryExpression' || node.type === 'AssignmentExpression') && DIVIDES.has(node.operator);
const isRounding = (node) => {
  if (node.type !== 'CallExpression') return false;
  const { callee } = node;
  return ROUNDS.has(callee.type === 'MemberExpression' ? callee.property.value : callee.value);
};
const isInexact = (node) => isDivision(node) || isRounding(node) || isFraction(node);

/** What a place gives to a name that ends in Paise. */
const givenToPaise = (node) => {
  switch (node.type) {
    case 'VariableDeclarator':
      return isPaise(node.id) ? node.init : undefined;
    case 'KeyValueProperty':
      return isPaise(node.key) ? node.value : undefined;
    case 'AssignmentExpression':
      return contains(node.left, isPaise) ? node.right : undefined;
    default:
      return undefined;
  }
};

const isBreach = (node) => {
  if (isDivision(node) || isRounding(node)) return contains(node, isPaise);
  if (node.type === 'BinaryExpression' && node.operator === '*')
    return contains(node, isPaise) && contains(node, isFraction);
  const given = givenToPaise(node);
  return given !== undefined && !isFunction(given) && contains(given, isInexact);
};

/** The lines of a source text that calculate with money as if it were any number. */
const breachesOf = (text, tsx) => {
  const start = parseSync('0', { syntax: 'typescript' }).span.end;
  const ast = parseSync(text, { syntax: 'typescript', tsx, target: 'es2022' });
  const bytes = Buffer.from(text);
  const lines = new Set();
  const visit = (node) => {
    if (!isNode(node)) return;
    if (isBreach(node)) {
      // A property has no span of its own. Spans count bytes over all texts this process has parsed.
      const offset = (node.span ?? node.value.span).start - start;
      lines.add(bytes.subarray(0, offset).toString().split('\n').length);
    }
    for (const child of childrenOf(node)) visit(child);
  };
  visit(ast);
  return [...lines];
};

const SOURCE = /(?<!\.test|\.fixture|\.d)\.tsx?$/;
const sourcesIn = (folder) =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return ['node_modules', 'dist'].includes(entry.name) ? [] : sourcesIn(path);
    return SOURCE.test(entry.name) ? [path] : [];
  });

const PLANTED = [
  'const half = totalPaise / 2;',
  'const taxPaise = Math.round(total * 18);',
  'const answer = { feePaise: total * 0.05 };',
  'const shown = (pricePaise: number) => pricePaise.toFixed(2);',
  'order.totalPaise = parseFloat(text);',
  'const fee = 1.5 * order.totalPaise;',
];
const HARMLESS = [
  'const sumPaise = pricePaise * quantity + feePaise;',
  'const metres = Math.round(distance / 2); const totalPaise = 1;',
  'const shown = { totalPaise: rows.reduce((sum, row) => sum + row.amountPaise, 0) };',
];

const problems = [];
if (PLANTED.some((text) => breachesOf(text, false).length === 0))
  problems.push('a planted breach was not noticed: the check does not work');
if (HARMLESS.some((text) => breachesOf(text, false).length > 0))
  problems.push('harmless code was refused: the check does not work');
const sources = FOLDERS.flatMap((folder) => sourcesIn(join(HOUSE, folder)));
for (const source of sources) {
  const name = relative(HOUSE, source);
  if (name === MONEY) continue;
  for (const line of breachesOf(readFileSync(source, 'utf8'), source.endsWith('x')))
    problems.push(`${name}:${line}: money is whole paise: no division, rounding or fraction outside ${MONEY}`);
}
if (problems.length > 0) {
  console.log(problems.join('\n'));
  process.exit(1);
}
console.log(`${sources.length} files, no float in money`);
