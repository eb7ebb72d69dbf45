import { createHmac, hkdfSync } from 'node:crypto';
import type { Rider } from './rider.ts';

const SHOWN = 4;

/**
 * What is kept of a licence number: its last characters for people, and a digest by which the same licence is found again. The digest
 * is keyed, because licence numbers are few enough to try all of them.
 */
export const createLicenceKeeper = (secret: string) => {
  const key = Buffer.from(hkdfSync('sha256', secret, '', 'licence-number', 32));
  return (licenceNumber: string): Pick<Rider, 'licenceNumberMasked' | 'licenceNumberDigest'> => {
    const plain = licenceNumber.replaceAll(/[ -]/g, '').toUpperCase();
    const shown = plain.slice(-Math.min(SHOWN, Math.floor(plain.length / 2)));
    return {
      licenceNumberMasked: shown.padStart(plain.length, '•'),
      licenceNumberDigest: createHmac('sha256', key).update(plain).digest('base64url'),
    };
  };
};
export type LicenceKeeper = ReturnType<typeof createLicenceKeeper>;
