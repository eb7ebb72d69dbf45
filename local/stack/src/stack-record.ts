import { removeStackFile, type StackFile, writeStackFile } from './stack-file.ts';
import type { Supervised } from './supervise.ts';

export type StackRecord = {
  /** Writes down how things stand now. Calls that come while one is being written are joined into one. */
  update(): void;
  current(): StackFile;
  /** Takes the file away; nothing is written after it. */
  remove(): Promise<void>;
};

/** Keeps `stack.json` true while children come and go. */
export const keepRecord = (
  folder: string,
  fixed: Omit<StackFile, 'children'>,
  children: ReadonlyMap<string, Supervised>,
): StackRecord => {
  let over = false;
  let again = false;
  let busy = false;
  let written: Promise<void> = Promise.resolve();

  const current = (): StackFile => {
    const running: StackFile['children'] = {};
    for (const child of children.values()) {
      const { pid, port, began } = child.status();
      if (pid !== null) running[child.name] = { pid, port, ...(began === undefined ? {} : { began }) };
    }
    return { ...fixed, children: running };
  };
  const writeAll = async (): Promise<void> => {
    busy = true;
    while (again && !over) {
      again = false;
      // A full disk must not end the stack; the next change tries again.
      await writeStackFile(folder, current()).catch(() => undefined);
    }
    busy = false;
  };
  return {
    current,
    update() {
      if (over) return;
      again = true;
      if (!busy) written = writeAll();
    },
    async remove() {
      over = true;
      await written;
      await removeStackFile(folder);
    },
  };
};
