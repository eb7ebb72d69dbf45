import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

/** Debian keeps RabbitMQ's scripts here without the wrapper that insists on being root and switches to the user `rabbitmq`. */
const UNWRAPPED = '/usr/lib/rabbitmq/bin';
/** Folders a plain user's PATH often lacks; the last two are Homebrew's. */
const USUAL = ['/usr/sbin', '/usr/local/sbin', '/opt/homebrew/sbin', '/opt/homebrew/bin'];

const isProgram = (file: string): Promise<boolean> =>
  access(file, constants.X_OK).then(
    () => true,
    () => false,
  );

/** Where a program is: among Debian's unwrapped scripts (last, when the wrapper is wanted), on PATH, or in the usual places. */
export const findProgram = async (
  name: string,
  path: string | undefined,
  { wrapped = false }: { wrapped?: boolean } = {},
): Promise<string | undefined> => {
  const onPath = (path ?? '').split(delimiter).filter((folder) => folder !== '');
  const folders = wrapped ? [...onPath, ...USUAL, UNWRAPPED] : [UNWRAPPED, ...onPath, ...USUAL];
  for (const folder of folders) {
    const file = join(folder, name);
    if (await isProgram(file)) return file;
  }
  return undefined;
};
