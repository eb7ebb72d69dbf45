import { createHmac, generateKeyPairSync } from 'node:crypto';
import jwt from 'jsonwebtoken';
import { describe, expect, it } from 'vitest';
import { createServiceTokens, createTokenVerifier, isAuthFailure, signUserToken } from './tokens.ts';

const SECRET = 'rk4Vq0Zt9mB2xWc7Lp1sHy6Nd3Ge8Ufa';
const OTHER_SECRET = 'Jx2Tn8Qe5Wv1Ck7Zb4Ry9Mg6Ps3Ld0Hu';
const NOW_S = 1_790_000_000;
const at = (seconds: number) => () => new Date(seconds * 1_000);

const header = { alg: 'HS256', typ: 'at+jwt' };
const claims = { sub: 'asha', role: 'customer', iss: 'tiffin', aud: 'tiffin', iat: NOW_S, exp: NOW_S + 600 };

const part = (value: unknown): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

/** A token of any header and payload, signed by hand, so that no library refuses to make it. */
const forge = (head: unknown, payload: unknown, { secret = SECRET, hash = 'sha256' } = {}): string => {
  const signed = `${part(head)}.${part(payload)}`;
  return `${signed}.${createHmac(hash, secret).update(signed).digest('base64url')}`;
};

const verifier = createTokenVerifier({ secret: SECRET, now: at(NOW_S) });
const refuses = (token: string, by = verifier) => expect(by.verifyUser(token)).toHaveProperty('failure');
const withClaims = (more: Record<string, unknown>) => forge(header, { ...claims, ...more });

const rsa = generateKeyPairSync('rsa', { modulusLength: 2_048 });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const pem = (key: typeof rsa.publicKey) => key.export({ type: 'spki', format: 'pem' }).toString();

describe('tokens of people', () => {
  it('accepts a token made as the contract says and gives back exactly its claims', () => {
    expect(verifier.verifyUser(forge(header, { ...claims, name: 'Asha' }))).toEqual({ ...claims, name: 'Asha' });
  });

  it('accepts what signUserToken makes', () => {
    const token = signUserToken({ secret: SECRET, sub: 'asha', role: 'admin', ttlSeconds: 60, now: at(NOW_S) });
    expect(verifier.verifyUser(token)).toMatchObject({ sub: 'asha', role: 'admin', exp: NOW_S + 60 });
  });

  it('A5: refuses alg none in every casing, with and without a signature', () => {
    for (const alg of ['none', 'None', 'NONE', 'nOnE']) {
      refuses(`${part({ ...header, alg })}.${part(claims)}.`);
      refuses(forge({ ...header, alg }, claims));
    }
  });

  it('A6: refuses a token without its signature', () => {
    const token = forge(header, claims);
    refuses(token.slice(0, token.lastIndexOf('.') + 1));
    refuses(token.slice(0, token.lastIndexOf('.')));
  });

  it('A7: refuses a signature with any one bit flipped', () => {
    const token = forge(header, claims);
    const cut = token.lastIndexOf('.') + 1;
    const signature = Buffer.from(token.slice(cut), 'base64url');
    for (let bit = 0; bit < signature.length * 8; bit += 1) {
      const flipped = Buffer.from(signature);
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      refuses(token.slice(0, cut) + flipped.toString('base64url'));
    }
  });

  it('A7: refuses another spelling of the right signature', () => {
    refuses(`${forge(header, claims)}=`);
    refuses(`${forge(header, claims)} `);
  });

  it('A8: refuses HS384 and HS512 signed with the right secret', () => {
    refuses(forge({ ...header, alg: 'HS512' }, claims, { hash: 'sha512' }));
    refuses(forge({ ...header, alg: 'HS384' }, claims, { hash: 'sha384' }));
  });

  it('A9: refuses a token signed with the public key as if it were a secret', () => {
    for (const key of [rsa.publicKey, ec.publicKey]) {
      const asymmetric = createTokenVerifier({ publicKey: pem(key), now: at(NOW_S) });
      refuses(forge(header, claims, { secret: pem(key) }), asymmetric);
      refuses(forge(header, claims, { secret: pem(key).trim() }), asymmetric);
    }
  });

  it('accepts RS256 and ES256 by the public key alone, and only the algorithm of that key', () => {
    const sign = (alg: 'RS256' | 'ES256', key: typeof rsa.privateKey) =>
      jwt.sign(claims, key, { algorithm: alg, header: { alg, typ: 'at+jwt' } });
    const byRsa = createTokenVerifier({ publicKey: pem(rsa.publicKey), now: at(NOW_S) });
    const byEc = createTokenVerifier({ publicKey: pem(ec.publicKey), now: at(NOW_S) });
    expect(byRsa.verifyUser(sign('RS256', rsa.privateKey))).toMatchObject({ sub: 'asha' });
    expect(byEc.verifyUser(sign('ES256', ec.privateKey))).toMatchObject({ sub: 'asha' });
    refuses(sign('RS256', rsa.privateKey), byEc);
    refuses(jwt.sign(claims, rsa.privateKey, { algorithm: 'PS256', header: { alg: 'PS256', typ: 'at+jwt' } }), byRsa);
  });

  it('A10: refuses another secret', () => refuses(forge(header, claims, { secret: OTHER_SECRET })));

  it('A11: cannot be set up with a secret shorter than 32 bytes, nor with an empty one', () => {
    for (const secret of ['', 'a', 'password', 'x'.repeat(31)]) {
      expect(() => createTokenVerifier({ secret })).toThrow(/32 bytes/);
      expect(() => createServiceTokens({ secret, name: 'utils' })).toThrow(/32 bytes/);
    }
  });

  it('A12: refuses an expired token, and accepts one within the 5 s two clocks may differ', () => {
    expect(verifier.verifyUser(withClaims({ iat: NOW_S - 600, exp: NOW_S - 5 }))).toEqual({ failure: 'expired' });
    expect(verifier.verifyUser(withClaims({ iat: NOW_S - 600, exp: NOW_S - 4 }))).toMatchObject({ sub: 'asha' });
  });

  it('A12: refuses a token it accepted before as soon as that has expired', () => {
    let seconds = NOW_S;
    const moving = createTokenVerifier({ secret: SECRET, now: () => new Date(seconds * 1_000) });
    const token = withClaims({ exp: NOW_S + 10 });
    expect(moving.verifyUser(token)).toMatchObject({ sub: 'asha' });
    seconds = NOW_S + 14;
    expect(moving.verifyUser(token)).toMatchObject({ sub: 'asha' });
    seconds = NOW_S + 15;
    expect(moving.verifyUser(token)).toEqual({ failure: 'expired' });
    expect(moving.verifyUser(token)).toEqual({ failure: 'expired' });
  });

  it('A13: refuses a token that is not valid yet', () => refuses(withClaims({ nbf: NOW_S + 60 })));

  it('A14: refuses a token without an expiry, or with one that is no number', () => {
    const { exp: _, ...endless } = claims;
    refuses(forge(header, endless));
    for (const exp of [null, '1790000600', true, [], {}, NOW_S + 0.5]) refuses(withClaims({ exp }));
  });

  it('A15: refuses an expiry more than 24 h ahead', () => {
    const payload = JSON.stringify({ ...claims, exp: 0 });
    for (const exp of ['1e300', '1e999', '9007199254740993'])
      refuses(forge(header, payload.replace('"exp":0', `"exp":${exp}`)));
    refuses(withClaims({ exp: NOW_S + 24 * 3_600 + 6 }));
    expect(verifier.verifyUser(withClaims({ exp: NOW_S + 24 * 3_600 }))).toMatchObject({ sub: 'asha' });
  });

  it('A16: refuses a token issued in the future', () => {
    refuses(withClaims({ iat: NOW_S + 6 }));
    expect(verifier.verifyUser(withClaims({ iat: NOW_S + 5 }))).toMatchObject({ sub: 'asha' });
  });

  it('A17: refuses another audience, also one of several', () => {
    for (const aud of ['tiffin-internal', 'evil-tiffin', ['tiffin'], ['tiffin', 'other'], null, undefined])
      refuses(withClaims({ aud }));
  });

  it('A18: refuses another issuer', () => {
    for (const iss of ['evil', 'tiffin.example', ['tiffin'], null, undefined]) refuses(withClaims({ iss }));
  });

  it('A19: refuses a refresh token, and every other kind of token', () => {
    for (const typ of ['refresh+jwt', 'JWT', 'AT+JWT', '', null, undefined])
      refuses(forge({ alg: 'HS256', typ }, claims));
  });

  it('A20: refuses a service token as a person, and a person as a service, even under one secret', () => {
    const services = createServiceTokens({ secret: SECRET, name: 'rider', now: at(NOW_S) });
    refuses(services.issue());
    expect(services.verify(forge(header, claims))).toHaveProperty('failure');
    refuses(withClaims({ role: 'service' }));
  });

  it('A21: refuses a token that names a key, however it names it', () => {
    for (const kid of ['1', '../../dev/null', "' OR 1=1 --", '']) refuses(forge({ ...header, kid }, claims));
  });

  it('A22: refuses a token that brings its own key', () => {
    const jwk = ec.publicKey.export({ format: 'jwk' });
    for (const more of [{ jku: 'http://127.0.0.1/jwks' }, { x5u: 'http://127.0.0.1/x' }, { jwk }, { x5c: ['AA=='] }]) {
      refuses(forge({ ...header, ...more }, claims));
    }
  });

  it('A23: refuses a critical header, known or not', () => {
    for (const crit of [['exp'], ['unknown'], [], 'exp']) refuses(forge({ ...header, crit, unknown: true }, claims));
    refuses(forge({ ...header, crit: ['b64'], b64: false }, claims));
  });

  it('A24: refuses a subject that is not a plain name', () => {
    for (const sub of [{ $ne: null }, ['asha'], 'as\0ha', '', 'a b', 'a'.repeat(65), 'अ', 7, null, undefined])
      refuses(withClaims({ sub }));
  });

  it('A25: refuses a payload that names a claim twice, however the second is spelt', () => {
    const text = JSON.stringify(claims);
    for (const again of ['"role":"admin"', '"rol\\u0065":"admin"', '"sub" : "eve"'])
      refuses(forge(header, text.replace('}', `,${again}}`)));
    // A value that looks like a member is no member.
    expect(verifier.verifyUser(withClaims({ name: '"role":"admin"' }))).toMatchObject({ role: 'customer' });
  });

  it('A26: refuses payloads and headers that are no objects, without throwing', () => {
    for (const payload of ['null', '[]', '"text"', '7', 'true', '{', '', '[null]']) refuses(forge(header, payload));
    for (const head of ['null', '[]', '"text"', '7', '{', '']) refuses(forge(head, claims));
  });

  it('A27: refuses a token of 10 MB at once', () => {
    const token = `${part(header)}.${'A'.repeat(10_000_000)}.AA`;
    const started = performance.now();
    refuses(token);
    expect(performance.now() - started).toBeLessThan(200);
  });

  it('A27: refuses a rightly signed token longer than any of ours', () => {
    expect(verifier.verifyUser(withClaims({ other: 'x'.repeat(1_000) }))).toMatchObject({ sub: 'asha' });
    refuses(withClaims({ other: 'x'.repeat(5_000) }));
  });

  it('A28: asks for revocation at every use, also of a token it knows', () => {
    const denied = new Set<string>();
    const guarded = createTokenVerifier({
      secret: SECRET,
      now: at(NOW_S),
      revoked: ({ jti }) => denied.has(jti ?? ''),
    });
    const token = withClaims({ jti: 'one' });
    expect(guarded.verifyUser(token)).toMatchObject({ jti: 'one' });
    denied.add('one');
    expect(guarded.verifyUser(token)).toEqual({ failure: 'revoked' });
    expect(guarded.verifyUser(withClaims({ jti: 'two' }))).toMatchObject({ jti: 'two' });
  });

  it('A30: refuses roles that do not exist', () => {
    for (const role of ['root', 'Admin', ['admin'], null, undefined, { $ne: 'rider' }]) refuses(withClaims({ role }));
  });

  it('accepts the older of two secrets during a rotation, and never a third', () => {
    const rotating = createTokenVerifier({ secret: [OTHER_SECRET, SECRET], now: at(NOW_S) });
    expect(rotating.verifyUser(forge(header, claims))).toMatchObject({ sub: 'asha' });
    expect(rotating.verifyUser(forge(header, claims, { secret: OTHER_SECRET }))).toMatchObject({ sub: 'asha' });
    refuses(forge(header, claims, { secret: 'Uu3Ff8Kk2Pp7Aa5Zz9Vv4Ee6Hh1Ll0Cc' }), rotating);
  });

  it('never signs a token it would refuse', () => {
    expect(() => signUserToken({ secret: SECRET, sub: 'a b', role: 'rider', ttlSeconds: 60 })).toThrow();
    expect(() => signUserToken({ secret: SECRET, sub: 'asha', role: 'rider', ttlSeconds: 0.5 })).toThrow();
  });
});

describe('tokens of services', () => {
  it('issues one token until less than 15 s of it are left, then another', () => {
    let seconds = NOW_S;
    const services = createServiceTokens({ secret: SECRET, name: 'rider', now: () => new Date(seconds * 1_000) });
    const first = services.issue();
    seconds = NOW_S + 44;
    expect(services.issue()).toBe(first);
    seconds = NOW_S + 45;
    const second = services.issue();
    expect(second).not.toBe(first);
    expect(services.verify(second)).toEqual({
      sub: 'rider',
      role: 'service',
      iss: 'rider',
      aud: 'tiffin-internal',
      iat: seconds,
      exp: seconds + 60,
    });
  });

  it('refuses a service token that lives longer than 60 s, or names another issuer than its subject', () => {
    const services = createServiceTokens({ secret: SECRET, name: 'utils', now: at(NOW_S) });
    const own = { sub: 'rider', role: 'service', iss: 'rider', aud: 'tiffin-internal', iat: NOW_S, exp: NOW_S + 60 };
    expect(isAuthFailure(services.verify(forge(header, own)))).toBe(false);
    expect(services.verify(forge(header, { ...own, exp: NOW_S + 66 }))).toHaveProperty('failure');
    expect(services.verify(forge(header, { ...own, iss: 'utils' }))).toHaveProperty('failure');
    expect(services.verify(forge(header, { ...own, sub: 'stranger', iss: 'stranger' }))).toHaveProperty('failure');
  });
});
