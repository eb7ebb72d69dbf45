import type { Column } from './sqlite.ts';

/** Reads a column the schema declares as INTEGER or REAL. */
export const numberColumn = (column: Column | undefined): number => {
  if (typeof column !== 'number') throw new Error(`expected a number in a column, found ${typeof column}`);
  return column;
};

/** Reads a column the schema declares as TEXT. */
export const textColumn = (column: Column | undefined): string => {
  if (typeof column !== 'string') throw new Error(`expected text in a column, found ${typeof column}`);
  return column;
};

/** Reads a column the schema declares as BLOB. */
export const bytesColumn = (column: Column | undefined): Buffer => {
  if (Buffer.isBuffer(column)) return column;
  if (column instanceof Uint8Array) return Buffer.from(column.buffer, column.byteOffset, column.byteLength);
  throw new Error(`expected bytes in a column, found ${typeof column}`);
};
