import { type Figure, meets, type Unit } from './figure.ts';
import type { Spread } from './statistics.ts';

const grouped = new Intl.NumberFormat('en-IN', { maximumFractionDigits: 0 });
const HUNDRED = 100;

const number = (value: number): string => {
  if (Number.isNaN(value)) return '–';
  if (Math.abs(value) >= HUNDRED) return grouped.format(value).replaceAll(',', ' ');
  return value.toFixed(Math.abs(value) >= 10 ? 1 : 2);
};

const withUnit = (value: string, unit: Unit): string =>
  unit === '/s' || unit === '×' ? `${value}${unit}` : `${value} ${unit}`;

const shown = ({ median, min, max }: Spread, unit: Unit): string =>
  min === max ? withUnit(number(median), unit) : `${withUnit(number(median), unit)} (${number(min)}–${number(max)})`;

const targetOf = ({ target, unit }: Figure): string => {
  if (!target) return '';
  const [sign, bound] = target.atLeast === undefined ? ['≤', target.atMost] : ['≥', target.atLeast];
  return `${sign} ${target.of === 'ratio' ? `${bound}×` : withUnit(String(bound), unit)}`;
};

const rowOf = (figure: Figure): string[] => {
  const { name, unit, ours, beside } = figure;
  const kept = meets(figure);
  return [
    name,
    shown(ours, unit),
    beside ? `${shown(beside.figure, unit)} ${beside.what}` : '',
    beside?.ratio ? shown(beside.ratio, '×') : '',
    targetOf(figure),
    kept === undefined ? '' : kept ? 'kept' : 'MISSED',
  ];
};

const HEAD = ['figure', 'Tiffin: median (min–max)', 'beside it', 'ours to theirs', 'target', ''];

/** The figures as a table for people. */
export const tableOf = (figures: readonly Figure[]): string => {
  const rows = [HEAD, ...figures.map(rowOf)];
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
};
