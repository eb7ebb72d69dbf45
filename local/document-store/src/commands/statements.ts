import type { EncodableDocument } from '../bson/encode.ts';
import type { Document } from '../bson/value.ts';
import { asWriteError, CommandError } from '../command-error.ts';
import { LIMITS } from '../limits.ts';

/**
 * Runs the statements of a write command one after the other. Each takes effect or not for itself; an error stops the others
 * unless the command says `ordered: false`. Answers the errors as the reply carries them.
 */
export const runStatements = <T>(
  body: Document,
  statements: readonly T[],
  run: (statement: T, index: number) => void,
): EncodableDocument => {
  if (statements.length === 0 || statements.length > LIMITS.writesPerCommand) {
    throw new CommandError(
      'InvalidLength',
      `Write batch sizes must be between 1 and ${LIMITS.writesPerCommand}. Got ${statements.length} operations.`,
    );
  }
  const writeErrors: EncodableDocument[] = [];
  for (const [index, statement] of statements.entries()) {
    try {
      run(statement, index);
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      const { code } = asWriteError(error);
      writeErrors.push({ index, code, ...error.details, errmsg: error.message });
      if (body.ordered !== false) break;
    }
  }
  return writeErrors.length > 0 ? { writeErrors } : {};
};
