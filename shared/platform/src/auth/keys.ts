import { createPublicKey, createSecretKey, type KeyObject } from 'node:crypto';
import type { Algorithm } from './verify-token.ts';

const SHORTEST_SECRET_BYTES = 32;
const SHORTEST_RSA_BITS = 2_048;

/** A key for HS256. Throws on one an attacker could guess: jsonwebtoken would take a single letter. */
export const secretKey = (secret: string): KeyObject => {
  if (Buffer.byteLength(secret) < SHORTEST_SECRET_BYTES) {
    throw new Error(`a signing secret needs at least ${SHORTEST_SECRET_BYTES} bytes`);
  }
  return createSecretKey(secret, 'utf8');
};

/** A PEM public key and the one algorithm it is used with. Throws on any other kind of key. */
export const publicVerificationKey = (pem: string): { key: KeyObject; algorithm: Algorithm } => {
  const key = createPublicKey(pem);
  const { modulusLength = 0, namedCurve } = key.asymmetricKeyDetails ?? {};
  if (key.asymmetricKeyType === 'rsa' && modulusLength >= SHORTEST_RSA_BITS) return { key, algorithm: 'RS256' };
  if (key.asymmetricKeyType === 'ec' && namedCurve === 'prime256v1') return { key, algorithm: 'ES256' };
  throw new Error(`a token key must be RSA of at least ${SHORTEST_RSA_BITS} bits or EC P-256`);
};
