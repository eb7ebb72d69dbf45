import { findProgram } from './find-program.ts';
import { askMongodb } from './mongodb-hello.ts';

/** Where the documents will be kept, and which of the ways of design order it was. `notes` say what was passed over, and why. */
export type FoundMongodb = { notes: string[] } & (
  | { from: 'env'; url: string }
  | { from: 'running'; url: string }
  | { from: 'path'; program: string }
  | { from: 'embedded' }
);

const HOST = '127.0.0.1';
const USUAL_PORT = 27_017;

/** MONGODB_URL, else a server that answers on 27017, else `mongod` as a child of ours, else the embedded document store. */
export const findMongodb = async ({
  given,
  path,
  port = USUAL_PORT,
}: {
  given: string | undefined;
  path: string | undefined;
  port?: number;
}): Promise<FoundMongodb> => {
  const notes: string[] = [];
  if (given) return { from: 'env', url: given, notes };

  const answer = await askMongodb(HOST, port);
  switch (answer.kind) {
    case 'up':
      return { from: 'running', url: `mongodb://${HOST}:${port}`, notes };
    case 'too-old':
      notes.push(`The MongoDB on port ${port} is too old (4.4 or newer is needed) and was passed over.`);
      break;
    case 'login-wanted':
      notes.push(
        `The MongoDB on port ${port} wants a login and was passed over. To use it: MONGODB_URL=mongodb://USER:PASSWORD@${HOST}:${port} npm start`,
      );
      break;
    case 'away':
  }
  const program = await findProgram('mongod', path);
  return program ? { from: 'path', program, notes } : { from: 'embedded', notes };
};
