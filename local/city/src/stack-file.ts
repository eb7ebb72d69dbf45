import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';

const url = z.url();
const stackFile = z.object({
  infrastructure: z.object({ mongodb: z.object({ url: z.string(), from: z.string() }) }),
  urls: z.object({ restaurant: url, rider: url, realtime: url, utils: url, razorpay: url }),
  secrets: z.looseObject({ JWT_SECRET: z.string() }),
  door: url,
  stackKey: z.string(),
  children: z.record(z.string(), z.unknown()),
});
export type StackFile = z.infer<typeof stackFile>;

/** What the stack that runs on a data folder says of itself; undefined when none runs there. Throws where the file cannot be read. */
export const readStackFile = (data: string): StackFile | undefined => {
  let text: string;
  try {
    text = readFileSync(join(data, 'stack.json'), 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) {
      return undefined;
    }
    throw error;
  }
  return stackFile.parse(JSON.parse(text));
};
