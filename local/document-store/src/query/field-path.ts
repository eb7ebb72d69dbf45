import { CommandError } from '../command-error.ts';
import { type Path, splitPath } from './path.ts';

/** Splits the path of a projection or sort. @throws CommandError with MongoDB's codes for what names no field. */
export const assertFieldPath = (name: string): Path => {
  if (name === '') throw new CommandError('Location40352', 'FieldPath cannot be constructed with empty string');
  if (name.endsWith('.')) throw new CommandError('Location40353', "FieldPath must not end with a '.'.");
  const path = splitPath(name);
  if (path.includes('')) throw new CommandError('Location15998', 'FieldPath field names may not be empty strings.');
  if (path.some((part) => part.startsWith('$'))) {
    throw new CommandError(
      'Location16410',
      "FieldPath field names may not start with '$'. Consider using $getField or $setField.",
    );
  }
  return path;
};
