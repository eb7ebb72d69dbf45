import { MalformedBson } from '../bson/decode.ts';
import { CommandError } from '../command-error.ts';

const codeOf = (fault: unknown): string =>
  fault instanceof Error && 'code' in fault && typeof fault.code === 'string' ? fault.code : '';

/** Bytes on disk that cannot be what was written: SQLite's own structures, or a document inside them. */
export const isDamage = (fault: unknown): boolean =>
  /^SQLITE_(CORRUPT|NOTADB)/.test(codeOf(fault)) || fault instanceof MalformedBson;

/** What a failing disk means to the client that met it; undefined for every other fault. */
export const asDiskError = (fault: unknown): CommandError | undefined => {
  const code = codeOf(fault);
  if (/^SQLITE_(FULL|IOERR)/.test(code)) {
    return new CommandError(
      'OutOfDiskSpace',
      `the disk of the document store's data folder took nothing of this (${code}): make room there; what was acknowledged before is kept`,
    );
  }
  if (!isDamage(fault)) return undefined;
  const reason = code === '' && fault instanceof Error ? fault.message : code;
  return new CommandError(
    'InternalError',
    `the document store's file is damaged where this reads it (${reason}): stop it, copy its data folder away, and go on with a copy made before`,
  );
};
