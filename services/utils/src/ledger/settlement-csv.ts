import type { PayoutSums, Settlement } from '@tiffin/contracts/ledger-api';
import { rupeesText } from '@tiffin/contracts/money';

const COLUMNS = ['kind', 'id', 'orders', 'grossPaise', 'deductionsPaise', 'netPaise', 'netRupees'];

/** The settlement of a day as a file for a spreadsheet (RFC 4180), its last line the total. */
export const settlementCsv = ({ items, total }: Settlement): string =>
  [
    COLUMNS,
    ...items.map(({ kind, id, ...sums }) => [kind, cell(id), ...amounts(sums)]),
    ['total', '', ...amounts(total)],
  ]
    .map((line) => `${line.join(',')}\r\n`)
    .join('');

const amounts = ({ orders, grossPaise, deductionsPaise, netPaise }: PayoutSums): string[] => [
  ...[orders, grossPaise, deductionsPaise, netPaise].map(String),
  rupeesText(netPaise),
];

/** A text that a spreadsheet would take for a formula gets a leading quote; one that would break the line is put in quotes. */
const cell = (text: string): string => {
  const plain = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
};
