import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { commonSettings } from './common-settings.ts';
import { ConfigError } from './config-error.ts';
import { readConfig } from './read-config.ts';
import { setting } from './setting.ts';
import {
  foreignSecret,
  httpUrl,
  metresList,
  mongodbUrl,
  onOff,
  originList,
  port,
  publicKey,
  seconds,
  secret,
  secretList,
} from './settings.ts';

const SECRET = 'rk4Vq0Zt9mB2xWc7Lp1sHy6Nd3Ge8Ufa';
const OTHER_SECRET = 'Jx2Tn8Qe5Wv1Ck7Zb4Ry9Mg6Ps3Ld0Hu';
const everything = z.object(commonSettings);
const minimal = { JWT_SECRET: SECRET, SERVICE_TOKEN_SECRET: OTHER_SECRET };
const production = {
  ...minimal,
  PORT: '8080',
  LOG_LEVEL: 'info',
  MONGODB_URL: 'mongodb://a:1,b:2/?replicaSet=x',
  RABBITMQ_URL: 'amqps://u:p@broker/v',
  RATE_LIMIT_RPS: '20',
  PAYMENT_QUEUE: 'PAYMENT_SUCCESS',
  ORDER_READY_QUEUE: 'ORDER_READY_FOR_RIDER',
  RESTAURANT_URL: 'https://restaurant.internal/',
  RIDER_URL: 'http://rider:80',
  REALTIME_URL: 'http://realtime',
  UTILS_URL: 'http://utils',
};

const problemsOf = (read: () => unknown) => {
  try {
    read();
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error('the configuration was accepted');
};
const read = (shape: Record<string, z.ZodType>, env: Record<string, string | undefined>, inProduction = false) =>
  readConfig(z.object(shape), env, { production: inProduction });
const namesOf = (error: ConfigError) => error.problems.map(({ name }) => name).sort();

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'config-'));
});
afterAll(() => rmSync(folder, { recursive: true }));
const fileOf = (content: string): string => {
  const path = join(folder, `${Math.random()}`);
  writeFileSync(path, content);
  return path;
};

describe('defaults', () => {
  it('stand in outside production', () => {
    expect(readConfig(everything, minimal, { production: false })).toMatchObject({
      TOPOLOGY: 'declare',
      RATE_LIMIT_RPS: 20,
      PAYMENT_QUEUE: 'PAYMENT_SUCCESS',
      ORDER_READY_QUEUE: 'ORDER_READY_FOR_RIDER',
      LOG_LEVEL: 'info',
    });
  });

  it('do not in production: every variable is given, but TOPOLOGY checks', () => {
    const config = readConfig(everything, production, { production: true });
    expect(config).toMatchObject({ TOPOLOGY: 'check', PORT: 8080, RESTAURANT_URL: 'https://restaurant.internal' });
    for (const name of Object.keys(production)) {
      const error = problemsOf(() =>
        readConfig(everything, { ...production, [name]: undefined }, { production: true }),
      );
      expect(namesOf(error)).toEqual([name]);
    }
  });

  it('stand in for an empty value too', () => {
    expect(readConfig(everything, { ...minimal, LOG_LEVEL: '' }, { production: false }).LOG_LEVEL).toBe('info');
  });
});

describe('problems', () => {
  it('come all at once, each with its name, what is wrong and how to mend it', () => {
    const error = problemsOf(() =>
      readConfig(
        everything,
        {
          PORT: '70000',
          LOG_LEVEL: 'loud',
          RABBITMQ_URL: 'http://x',
          SERVICE_TOKEN_SECRET: 'short',
          RATE_LIMIT_RPS: '0',
        },
        { production: false },
      ),
    );
    expect(namesOf(error)).toEqual([
      'JWT_SECRET',
      'LOG_LEVEL',
      'PORT',
      'RABBITMQ_URL',
      'RATE_LIMIT_RPS',
      'SERVICE_TOKEN_SECRET',
    ]);
    expect(error.message.split('\n')).toHaveLength(7);
    expect(error.message).toContain('PORT: is not valid (must be from 0 to 65535); give a port number, 0 to 65535');
    expect(error.message).toContain('JWT_SECRET: is missing; give a random secret of at least 32 bytes');
  });

  it('never repeat a value', () => {
    const shape = { A: secret, B: mongodbUrl, C: publicKey, D: secretList };
    const env = { A: 'hunter2', B: 'mysql://root:hunter2@x', C: 'hunter2', D: 'hunter2,,hunter2', E_FILE: '/hunter2' };
    expect(problemsOf(() => read(shape, env)).message).not.toContain('hunter2');
  });
});

describe('secrets in production', () => {
  it('may not be placeholders', () => {
    const placeholders = [
      'change-me-change-me-change-me-change-me',
      'ThisIsOnlyAnEXAMPLE-of-a-secret-1234567',
      'your-256-bit-secret-your-256-bit-secret',
      'a'.repeat(40),
      'abcabcabcabcabcabcabcabcabcabcabcabcabc',
    ];
    for (const placeholder of placeholders) {
      expect(read({ A: secret }, { A: placeholder })).toEqual({ A: placeholder });
      expect(problemsOf(() => read({ A: secret }, { A: placeholder }, true)).message).toContain('A: is a placeholder');
    }
  });

  it('may not serve two purposes, nor stand twice in one list', () => {
    const twice = problemsOf(() => read({ A: secret, B: secret }, { A: SECRET, B: SECRET }, true));
    expect(twice.message).toContain('B: has the same value as A');
    const listed = problemsOf(() =>
      read({ A: secret, B: secretList }, { A: SECRET, B: `${OTHER_SECRET}, ${SECRET}` }, true),
    );
    expect(listed.message).toContain('B: has the same value as A');
    const repeated = problemsOf(() => read({ B: secretList }, { B: `${SECRET},${SECRET}` }, true));
    expect(repeated.message).toContain('B: holds the same secret twice');
  });

  it('may be as short as their issuer made them, if it was not us', () => {
    expect(read({ A: foreignSecret }, { A: 'k8Qz2LmX9w' }, true)).toEqual({ A: 'k8Qz2LmX9w' });
    expect(namesOf(problemsOf(() => read({ A: secret }, { A: 'k8Qz2LmX9w' }, true)))).toEqual(['A']);
  });

  it('are measured in bytes', () => {
    expect(read({ A: secret }, { A: 'अआइईउऊऋएऐओऔ' })).toBeDefined();
    expect(() => read({ A: secret }, { A: 'x'.repeat(31) })).toThrow(ConfigError);
  });
});

describe('JWT_SECRET and JWT_PUBLIC_KEY', () => {
  const pem = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    .publicKey.export({ type: 'spki', format: 'pem' })
    .toString();
  const { JWT_SECRET: _, ...keyless } = minimal;

  it('stand for each other, and one is needed', () => {
    const config = readConfig(
      everything,
      { ...keyless, JWT_PUBLIC_KEY: pem.replaceAll('\n', '\\n') },
      { production: false },
    );
    expect(config).toMatchObject({ JWT_PUBLIC_KEY: pem });
    expect(config.JWT_SECRET).toBeUndefined();
    expect(namesOf(problemsOf(() => readConfig(everything, keyless, { production: false })))).toEqual(['JWT_SECRET']);
  });

  it('are not given together', () => {
    const both = problemsOf(() => readConfig(everything, { ...minimal, JWT_PUBLIC_KEY: pem }, { production: false }));
    expect(both.message).toContain('JWT_SECRET: is given together with JWT_PUBLIC_KEY');
  });

  it('cannot be a private key', () => {
    const key = generateKeyPairSync('ec', { namedCurve: 'P-256' })
      .privateKey.export({ type: 'pkcs8', format: 'pem' })
      .toString();
    expect(namesOf(problemsOf(() => read({ A: publicKey }, { A: key })))).toEqual(['A']);
  });
});

describe('_FILE', () => {
  it('reads the value from the file it names, without its last line break', () => {
    expect(read({ A: secret }, { A_FILE: fileOf(`${SECRET}\n`) }, true)).toEqual({ A: SECRET });
  });

  it('is a problem beside the value itself, when it cannot be read, and when it is empty', () => {
    expect(problemsOf(() => read({ A: secret }, { A: SECRET, A_FILE: fileOf(SECRET) })).message).toContain(
      'is given twice',
    );
    const missing = problemsOf(() => read({ A: secret }, { A_FILE: join(folder, 'nowhere') }));
    expect(missing.problems).toHaveLength(1);
    expect(missing.message).toContain('A_FILE: the file cannot be read (ENOENT)');
    expect(problemsOf(() => read({ A: secret }, { A_FILE: fileOf('\n') })).message).toContain('A: is missing');
  });
});

describe('settings', () => {
  it('read whole numbers in digits only', () => {
    for (const text of ['1e3', '0x10', '-1', '1.0', ' ', '٣', '9007199254740993', 'NaN']) {
      expect(() => read({ A: port }, { A: text }), text).toThrow(ConfigError);
      expect(() => read({ A: seconds() }, { A: text }), text).toThrow(ConfigError);
    }
    expect(read({ A: seconds({ max: 900 }) }, { A: '900' })).toEqual({ A: 900 });
    expect(() => read({ A: seconds({ max: 900 }) }, { A: '901' })).toThrow(ConfigError);
  });

  it('read rising distances', () => {
    expect(read({ A: metresList }, { A: '1000,2000,3500,5000' })).toEqual({ A: [1_000, 2_000, 3_500, 5_000] });
    for (const text of ['', '2000,1000', '1000,1000', '1000,', 'a', '0'])
      expect(() => read({ A: metresList }, { A: text })).toThrow(ConfigError);
  });

  it('read switches, lists of secrets and addresses', () => {
    expect(read({ A: onOff, B: onOff }, { A: 'on', B: 'off' })).toEqual({ A: true, B: false });
    expect(() => read({ A: onOff }, { A: 'true' })).toThrow(ConfigError);
    expect(read({ A: secretList }, { A: 'new, old' })).toEqual({ A: ['new', 'old'] });
    expect(read({ A: httpUrl }, { A: 'http://x:1/base/' })).toEqual({ A: 'http://x:1/base' });
    for (const text of ['x', 'ftp://x', 'javascript:alert(1)'])
      expect(() => read({ A: httpUrl }, { A: text })).toThrow(ConfigError);
  });

  it('read origins as a browser writes them', () => {
    const readOrigins = (text: string) => read({ A: originList }, { A: text });
    expect(readOrigins('https://app.example.org, http://127.0.0.1:4100')).toEqual({
      A: ['https://app.example.org', 'http://127.0.0.1:4100'],
    });
    for (const text of [
      '*',
      'null',
      'app.example.org',
      'https://app.example.org/',
      'https://app.example.org:443',
      'a,,b',
    ])
      expect(() => readOrigins(text), text).toThrow(ConfigError);
  });

  it('keep their defaults apart, though two variables share a schema', () => {
    const shape = {
      A: setting(port, { development: '1' }),
      B: setting(port, { development: '2' }),
      C: setting(seconds(), { development: '3' }).optional(),
    };
    expect(read(shape, {})).toEqual({ A: 1, B: 2, C: 3 });
  });
});
