import { ObjectId, Timestamp } from 'bson';
import { isDocument, typeNameOf, type Value } from '../bson/value.ts';
import { CommandError } from '../command-error.ts';
import { compileOptional, isNullish, namedArguments } from './operands.ts';
import type { Compile, Expression, Operator } from './scope.ts';

const DAY = 86_400_000;

/** A date, or the moment an id or a timestamp was made. @throws CommandError Location16006. */
export const dateOf = (value: Value): Date => {
  if (value instanceof Date) return value;
  if (value instanceof ObjectId) return value.getTimestamp();
  if (value instanceof Timestamp) return new Date(value.t * 1000);
  throw new CommandError('Location16006', `can't convert from ${typeNameOf(value)} to Date`);
};

/** A date moved so that its UTC fields show the time in a time zone. */
const inZone = (date: Date, zone: string): Date => new Date(date.getTime() + offsetOf(date, zone));

/** How far a time zone (`+05:30`, `Europe/Paris`) is ahead of UTC at a moment, in milliseconds. */
const offsetOf = (date: Date, zone: string): number => {
  if (zone === 'UTC' || zone === 'GMT' || zone === 'Z') return 0;
  const match = /^([+-])(\d\d):?(\d\d)?$/.exec(zone);
  if (match) {
    const [, sign, hours, minutes = '0'] = match;
    return (Number(hours) * 60 + Number(minutes)) * 60_000 * (sign === '-' ? -1 : 1);
  }
  const parts = Object.fromEntries(
    formatterOf(zone)
      .formatToParts(date)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  const shown = Date.UTC(year, month - 1, day, hour, minute, second);
  return shown - Math.floor(date.getTime() / 1000) * 1000;
};

const formatterOf = (zone: string): Intl.DateTimeFormat => {
  try {
    return new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  } catch {
    throw new CommandError('Location40485', `unrecognized time zone identifier: "${zone}"`);
  }
};

const zoneName = (value: Value | undefined): string => {
  if (typeof value === 'string') return value;
  throw new CommandError('Location40517', `timezone must evaluate to a string, found ${typeNameOf(value)}`);
};

const dayOfYear = (date: Date): number =>
  Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / DAY) + 1;

/** Weeks begin on Sundays; the days before the first one are in week 0. */
const weekOf = (date: Date): number => Math.floor((dayOfYear(date) + 6 - date.getUTCDay()) / 7);

const isoDay = (date: Date): number => date.getUTCDay() || 7;
const thursdayOf = (date: Date): Date => new Date(date.getTime() + (4 - isoDay(date)) * DAY);
const isoWeek = (date: Date): number => Math.ceil(dayOfYear(thursdayOf(date)) / 7);

/** An operator on a date, or on `{ date, timezone }`. */
const part =
  (compute: (date: Date) => Value): Operator =>
  (operand, compile, name) => {
    const { date, timezone } = readDateOperand(operand, compile, name);
    return (scope) => {
      const value = date(scope);
      const zone = timezone ? timezone(scope) : 'UTC';
      if (isNullish(value) || isNullish(zone)) return null;
      return compute(inZone(dateOf(value), zoneName(zone)));
    };
  };

const readDateOperand = (
  operand: Value,
  compile: Compile,
  name: string,
): { date: Expression; timezone: Expression | undefined } => {
  if (isDocument(operand) && Object.keys(operand).some((field) => !field.startsWith('$'))) {
    const unknown = Object.keys(operand).find((field) => field !== 'date' && field !== 'timezone');
    if (unknown !== undefined) throw new CommandError('Location40535', `unrecognized option to ${name}: "${unknown}"`);
    if (operand.date === undefined) throw new CommandError('Location40539', `missing 'date' argument to ${name}`);
    return { date: compile(operand.date), timezone: compileOptional(operand, 'timezone', compile) };
  }
  if (!Array.isArray(operand)) return { date: compile(operand), timezone: undefined };
  if (operand.length !== 1) {
    throw new CommandError(
      'Location40536',
      `${name} accepts exactly one argument if given an array, but was given ${operand.length}`,
    );
  }
  return { date: compile(operand[0] ?? null), timezone: undefined };
};

const padded = (value: number, digits: number): string => String(value).padStart(digits, '0');

const DEFAULT_FORMAT = '%Y-%m-%dT%H:%M:%S.%LZ';
const ZONED_FORMAT = '%Y-%m-%dT%H:%M:%S.%L';
const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

const FORMATS: Readonly<Record<string, (shown: Date, offset: number) => string>> = {
  Y: (date) => padded(date.getUTCFullYear(), 4),
  m: (date) => padded(date.getUTCMonth() + 1, 2),
  d: (date) => padded(date.getUTCDate(), 2),
  H: (date) => padded(date.getUTCHours(), 2),
  M: (date) => padded(date.getUTCMinutes(), 2),
  S: (date) => padded(date.getUTCSeconds(), 2),
  L: (date) => padded(date.getUTCMilliseconds(), 3),
  j: (date) => padded(dayOfYear(date), 3),
  w: (date) => String(date.getUTCDay() + 1),
  u: (date) => String(isoDay(date)),
  U: (date) => padded(weekOf(date), 2),
  V: (date) => padded(isoWeek(date), 2),
  G: (date) => padded(thursdayOf(date).getUTCFullYear(), 4),
  b: (date) => (MONTHS[date.getUTCMonth()] ?? '').slice(0, 3),
  B: (date) => MONTHS[date.getUTCMonth()] ?? '',
  z: (_, offset) =>
    `${offset < 0 ? '-' : '+'}${padded(Math.floor(Math.abs(offset) / 3_600_000), 2)}${padded((Math.abs(offset) / 60_000) % 60, 2)}`,
  Z: (_, offset) => String(offset / 60_000),
  '%': () => '%',
};

const formatted = (date: Date, format: string, zone: string): string => {
  const offset = offsetOf(date, zone);
  const shown = inZone(date, zone);
  return format.replace(/%(.?)/gs, (_, letter: string) => {
    const write = FORMATS[letter];
    if (letter === '') throw new CommandError('Location18535', "Unmatched '%' at end of format string");
    if (!write) throw new CommandError('Location18536', `Invalid format character '%${letter}' in format string`);
    return write(shown, offset);
  });
};

const dateToString: Operator = (operand, compile, name) => {
  const named = namedArguments(operand, name, {
    required: ['date'],
    optional: ['format', 'timezone', 'onNull'],
    codes: { object: 'Location18629', unknown: 'Location18534', missing: 'Location18628' },
  });
  const date = compile(named.date ?? null);
  const [format, timezone, onNull] = ['format', 'timezone', 'onNull'].map((field) =>
    compileOptional(named, field, compile),
  );
  return (scope) => {
    const value = date(scope);
    const wanted = format ? format(scope) : undefined;
    const zone = timezone ? timezone(scope) : 'UTC';
    if (format && typeof wanted !== 'string' && !isNullish(wanted)) {
      throw new CommandError(
        'Location18533',
        `${name} requires that 'format' be a string, found: ${typeNameOf(wanted)}`,
      );
    }
    if (isNullish(value)) return onNull ? onNull(scope) : null;
    if (isNullish(zone) || (format && isNullish(wanted))) return null;
    const named = zoneName(zone);
    const byZone = offsetOf(dateOf(value), named) === 0 ? DEFAULT_FORMAT : ZONED_FORMAT;
    return formatted(dateOf(value), typeof wanted === 'string' ? wanted : byZone, named);
  };
};

export const DATES: Readonly<Record<string, Operator>> = {
  $year: part((date) => date.getUTCFullYear()),
  $month: part((date) => date.getUTCMonth() + 1),
  $dayOfMonth: part((date) => date.getUTCDate()),
  $hour: part((date) => date.getUTCHours()),
  $minute: part((date) => date.getUTCMinutes()),
  $second: part((date) => date.getUTCSeconds()),
  $millisecond: part((date) => date.getUTCMilliseconds()),
  $dayOfYear: part(dayOfYear),
  $dayOfWeek: part((date) => date.getUTCDay() + 1),
  $week: part(weekOf),
  $isoDayOfWeek: part(isoDay),
  $isoWeek: part(isoWeek),
  $isoWeekYear: part((date) => BigInt(thursdayOf(date).getUTCFullYear())),
  $dateToString: dateToString,
};
