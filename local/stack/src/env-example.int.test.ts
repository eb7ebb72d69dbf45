import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { askServices } from './check-configuration.ts';

test('.env.example names each variable a production service demands', async () => {
  const { PATH } = process.env;
  const { wrong: demanded, silent } = await askServices({ PATH, NODE_ENV: 'production' });
  expect(silent).toEqual([]);
  expect(demanded.length).toBeGreaterThan(5);
  const text = await readFile(new URL('../../../.env.example', import.meta.url), 'utf8');
  const named = [...text.matchAll(/^(?:# )?([A-Z][A-Z0-9_]*)=/gm)].map(([, name]) => name);
  expect(named).toContain('PORT');
  expect(demanded.map(({ name }) => name).filter((name) => !named.includes(name))).toEqual([]);
}, 120_000);
