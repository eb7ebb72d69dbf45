import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

export type NodeChild = { readonly pid: number; readonly port: number; stop(): Promise<void> };

/** Runs a built file until its ready line, which says its port. It ends when its standard input does, so that nothing outlives us. */
export const startNode = async (
  file: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<NodeChild> => {
  const child = spawn(process.execPath, [file, ...args], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const ready = new Promise<number>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line.startsWith('{"event":"ready"')) resolve(Number(JSON.parse(line).port));
    });
    void exited.then(([code]) => reject(new Error(`${file} ended with ${code} before it was ready`)));
  });
  const port = await ready;
  return {
    pid: child.pid ?? 0,
    port,
    stop: async () => {
      child.stdin.end();
      await exited;
    },
  };
};
