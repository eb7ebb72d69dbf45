import type { Role } from '@tiffin/contracts/claims';
import { signUserToken } from '@tiffin/platform/auth/tokens';
import type * as z from 'zod';

type Page<Item> = { items: Item[]; nextCursor: string | null };

export type DoorReader = {
  /** What a route answers somebody of that role. */
  get(role: Role, path: string, sub?: string): Promise<{ status: number; body: unknown }>;
  /** What a route answers an admin. Rejects when that is not 200. */
  read<Body>(path: string, schema: z.ZodType<Body>): Promise<Body>;
  /** Reads a list page after page as an admin; `between` runs before each page but the first. */
  readAll<Item>(path: string, list: z.ZodType<Page<Item>>, between?: () => Promise<unknown>): Promise<Item[]>;
};

/** Reads at the doors of one service below `/api/v1`, with tokens signed by its secret. */
export const createDoorReader = ({ port, secret }: { port: number; secret: string }): DoorReader => {
  const get: DoorReader['get'] = async (role, path, sub = role) => {
    const token = signUserToken({ secret, sub, role, ttlSeconds: 600 });
    const response = await fetch(`http://127.0.0.1:${port}/api/v1${path}`, {
      headers: { authorization: `Bearer ${token}` },
    });
    const body: unknown = await response.json();
    return { status: response.status, body };
  };
  const read: DoorReader['read'] = async (path, schema) => {
    const { status, body } = await get('admin', path);
    if (status !== 200) throw new Error(`${path} answered ${status}: ${JSON.stringify(body)}`);
    return schema.parse(body);
  };
  return {
    get,
    read,
    readAll: async (path, list, between = async () => undefined) => {
      let page = await read(path, list);
      const found = [...page.items];
      while (page.nextCursor !== null) {
        await between();
        page = await read(`${path}&cursor=${page.nextCursor}`, list);
        found.push(...page.items);
      }
      return found;
    },
  };
};
