import { open, rename, stat } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';

/** A log longer than this begins anew at the next start; the one before is kept beside it. */
const LARGEST_BYTES = 20 * 1_048_576;
const LOOK_EVERY_MS = 25;
const READ_BYTES = 65_536;

const sizeOf = async (file: string): Promise<number> => (await stat(file).catch(() => undefined))?.size ?? 0;

/** Where what a process writes from now on will begin. Sets a log that has grown too long aside. */
export const beginLog = async (file: string): Promise<number> => {
  const size = await sizeOf(file);
  if (size < LARGEST_BYTES) return size;
  await rename(file, `${file}.1`);
  return 0;
};

const readFrom = async (file: string, from: number): Promise<string> => {
  const handle = await open(file, 'r');
  try {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(READ_BYTES), 0, READ_BYTES, from);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await handle.close();
  }
};

/** The last lines written since `from`. */
export const lastLines = async (file: string, from: number, count: number): Promise<string[]> => {
  const text = await readFrom(file, Math.max(from, (await sizeOf(file)) - READ_BYTES)).catch(() => '');
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(-count);
};

const READY_LINE = /^\{"event":"ready"[^\n]*\n/m;

/**
 * Resolves when a line `{"event":"ready",…}` stands in the log behind `from`. The children write into their logs directly, not through
 * a pipe of ours: nothing they say is lost when we end first, and reading it costs nothing once they run.
 */
export const readyLineIn = async (file: string, from: number, signal: AbortSignal): Promise<void> => {
  let at = from;
  while (!signal.aborted) {
    const text = await readFrom(file, at).catch(() => '');
    if (READY_LINE.test(text)) return;
    const wholeLines = text.slice(0, text.lastIndexOf('\n') + 1);
    // A line longer than one read would stop us for ever; the ready line is short.
    at += wholeLines === '' && text.length === READ_BYTES ? READ_BYTES : Buffer.byteLength(wholeLines);
    if (Buffer.byteLength(wholeLines) < READ_BYTES / 2)
      await pause(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined);
  }
};
