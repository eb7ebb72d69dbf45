import { randomUUID } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { serviceName } from '@tiffin/contracts/claims';
import * as z from 'zod';

const found = z.object({ url: z.string(), from: z.enum(['embedded', 'running', 'path', 'env']) });

/** A dependency: where it answers, and which way it was found. */
export type Found = z.infer<typeof found>;

export const childName = z.enum([...serviceName.options, 'razorpay', 'store', 'rabbitmq', 'city']);
export type ChildName = z.infer<typeof childName>;

export const stackFacts = z.object({
  urls: z.object({
    restaurant: z.string(),
    rider: z.string(),
    realtime: z.string(),
    utils: z.string(),
    razorpay: z.string(),
  }),
  infrastructure: z.object({ mongodb: found, rabbitmq: found, redis: found.nullable() }),
});
/** What the ready line says. */
export type StackFacts = z.infer<typeof stackFacts>;

const stackFile = stackFacts.extend({
  door: z.string(),
  stackKey: z.string(),
  secrets: z.record(z.string(), z.string()),
  children: z.partialRecord(
    childName,
    z.object({ pid: z.int(), port: z.int().nullable(), began: z.string().optional() }),
  ),
});
/** All there is to know about a running stack; holds secrets. */
export type StackFile = z.infer<typeof stackFile>;

const pathIn = (folder: string): string => join(folder, 'stack.json');

/** Writes `stack.json` for this person's eyes only. Whoever reads it meanwhile sees the old or the new one, whole. */
export const writeStackFile = async (folder: string, content: StackFile): Promise<void> => {
  const draft = join(folder, `.stack-${randomUUID()}.json`);
  await writeFile(draft, `${JSON.stringify(content, undefined, 2)}\n`, { mode: 0o600 });
  await rename(draft, pathIn(folder));
};

/** What a stack left or keeps in this folder; undefined when there is none that can be read. */
export const readStackFile = async (folder: string): Promise<StackFile | undefined> => {
  const text = await readFile(pathIn(folder), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    return stackFile.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
};

export const removeStackFile = (folder: string): Promise<void> => rm(pathIn(folder), { force: true });
