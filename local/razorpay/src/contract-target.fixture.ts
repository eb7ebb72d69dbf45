import { randomUUID } from 'node:crypto';
import { clientOf, type GatewayClient, startGateway } from './gateway.fixture.ts';

/** What a case of the contract may use on every target: Razorpay's own routes, and a receipt nobody has used. */
export type ContractClient = Pick<GatewayClient, 'call' | 'get' | 'order'> & {
  /** A receipt of this run alone: the account of a real target is never empty. */
  readonly newReceipt: () => string;
};

export interface ContractTarget {
  readonly name: string;
  readonly open: () => Promise<ContractClient>;
  /**
   * The fake says some things that Razorpay's documentation does not (the wording of most errors, the field of some).
   * Only the fake is held to those.
   */
  readonly isFake: boolean;
}

const newReceipt = (): string => `contract ${randomUUID().replaceAll('-', '').slice(0, 24)}`;

const FAKE: ContractTarget = {
  name: 'the fake',
  isFake: true,
  open: async () => ({ ...(await startGateway()), newReceipt }),
};

const TEST_MODE_URL = 'https://api.razorpay.com';

/** Razorpay itself, with test keys. Orders that it is asked for stay in that account: they cannot be deleted. */
export const testModeTarget = (keyId: string, keySecret: string, url = TEST_MODE_URL): ContractTarget => {
  // A live key would put these orders among real ones.
  if (!keyId.startsWith('rzp_test_')) throw new Error('RAZORPAY_LIVE_TEST_KEY_ID must be a test key (rzp_test_…).');
  const authorization = `Basic ${Buffer.from(`${keyId}:${keySecret}`).toString('base64')}`;
  return {
    name: "Razorpay's test mode",
    isFake: false,
    open: async () => ({ ...clientOf(url, authorization), newReceipt }),
  };
};

/** The fake always; Razorpay's test mode when its keys are set. */
export const contractTargets = (environment: Readonly<Record<string, string | undefined>>): ContractTarget[] => {
  const { RAZORPAY_LIVE_TEST_KEY_ID: keyId, RAZORPAY_LIVE_TEST_KEY_SECRET: keySecret } = environment;
  return keyId && keySecret ? [FAKE, testModeTarget(keyId, keySecret)] : [FAKE];
};
