import { ObjectId, Timestamp } from 'bson';
import { isDocument, numberOf, typeNameOf, type Value } from '../bson/value.ts';
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

/** Months of the units that are counted in months, milliseconds of the others. */
const MONTHS_OF: Readonly<Record<string, number>> = { year: 12, quarter: 3, month: 1 };
const MILLISECONDS_OF: Readonly<Record<string, number>> = {
  week: 7 * DAY,
  day: DAY,
  hour: DAY / 24,
  minute: 60_000,
  second: 1000,
  millisecond: 1,
};

/** A date some months on: on the same day, or on the last one of a shorter month. */
const addMonths = (date: Date, months: number): Date => {
  const first = Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + months, 1);
  const [start, next] = [new Date(first), new Date(first)];
  next.setUTCMonth(next.getUTCMonth() + 1);
  const days = Math.round((next.getTime() - start.getTime()) / DAY);
  const time = date.getTime() - Math.floor(date.getTime() / DAY) * DAY;
  return new Date(first + (Math.min(date.getUTCDate(), days) - 1) * DAY + time);
};

/** Days and longer units keep the time of day in the zone; shorter ones are so much time. */
const moved = (date: Date, unit: string, amount: number, zone: string): Date => {
  const months = MONTHS_OF[unit];
  const milliseconds = MILLISECONDS_OF[unit];
  if (months === undefined && milliseconds === undefined) {
    throw new CommandError('Location5439014', `parameter 'unit' value cannot be recognized as a time unit: ${unit}`);
  }
  if (milliseconds !== undefined && milliseconds < DAY) return new Date(date.getTime() + amount * milliseconds);
  const shown = inZone(date, zone);
  const next =
    months === undefined ? new Date(shown.getTime() + amount * (milliseconds ?? 0)) : addMonths(shown, amount * months);
  const guess = new Date(next.getTime() - offsetOf(date, zone));
  return new Date(next.getTime() - offsetOf(guess, zone));
};

const dateAdd =
  (direction: 1 | -1): Operator =>
  (operand, compile, name) => {
    const named = namedArguments(operand, name, {
      required: ['startDate', 'unit', 'amount'],
      optional: ['timezone'],
      codes: { object: 'Location5166400', unknown: 'Location5166401', missing: 'Location5166402' },
    });
    const parts = ['startDate', 'unit', 'amount'].map((field) => compile(named[field] ?? null));
    const timezone = compileOptional(named, 'timezone', compile);
    return (scope) => {
      const [start, unit, amount] = parts.map((evaluate) => evaluate(scope));
      const zone = timezone ? timezone(scope) : 'UTC';
      if (isNullish(start) || isNullish(unit) || isNullish(amount) || isNullish(zone)) return null;
      if (typeof unit !== 'string') {
        throw new CommandError(
          'Location5439013',
          `${name} requires 'unit' to be a string, but got ${typeNameOf(unit)}`,
        );
      }
      const count = Number(numberOf(amount) ?? Number.NaN);
      if (!Number.isInteger(count)) {
        throw new CommandError('Location5166405', `${name} expects integer amount of time units`);
      }
      return moved(dateOf(start), unit, direction * count, zoneName(zone));
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
  $dateAdd: dateAdd(1),
  $dateSubtract: dateAdd(-1),
};
