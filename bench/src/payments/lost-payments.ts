import { reconciliationDueReply, reconciliationReply } from '@tiffin/contracts/payment-operations-api';
import type { Measured } from '../figure.ts';
import { nowMs } from '../load/clock.ts';
import { inParallel } from '../load/in-parallel.ts';
import type { Bench } from '../measurement.ts';
import { ratioOf, spreadOf } from '../statistics.ts';
import { startPaymentStand } from './payment-stand.ts';

const LOST = 1_000;
const WIDTH = 16;
const LIMIT_S = 60;
const LOOK_EVERY_MS = 100;

/** A thousand customers paid and nobody told us: from the moment they are due until each order is told of. */
export const measureLostPayments = async ({ rounds, say, broker }: Bench): Promise<Measured> => {
  const stand = await startPaymentStand(await (await broker.open()).vhost('reconcile'));
  try {
    const standing = async () =>
      reconciliationReply.parse(await stand.askAsAdmin('ask how it stands', 200, 'GET', '/reconciliation'));
    const askGateway = async (orders: readonly string[]): Promise<number> => {
      const startedAt = nowMs();
      const authorization = { authorization: stand.gatewayAuthorization };
      await inParallel(orders, WIDTH, async (order) => {
        const url = `${stand.gatewayUrl}/v1/orders/${order}/payments`;
        const { status } = await stand.http.call('GET', url, undefined, undefined, authorization);
        if (status !== 200) throw new Error(`the gateway answered ${status}`);
      });
      return (nowMs() - startedAt) / 1_000;
    };
    const recover = async (): Promise<number> => {
      const { recovered } = (await standing()).soFar;
      const startedAt = nowMs();
      const answer = await stand.askAsAdmin('make all due', 202, 'POST', '/reconciliation', {});
      const { due } = reconciliationDueReply.parse(answer);
      if (due !== LOST) throw new Error(`${due} payments are due where ${LOST} were lost`);
      while ((await standing()).soFar.recovered < recovered + LOST) {
        if (nowMs() - startedAt > 5 * LIMIT_S * 1_000) throw new Error('not every payment was recovered');
        await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
      }
      return (nowMs() - startedAt) / 1_000;
    };

    const ours: number[] = [];
    const floor: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      say(`round ${round + 1} of ${rounds}: losing ${LOST} payments`);
      const orders = await inParallel([...Array(LOST).keys()], WIDTH, stand.openPayment);
      await inParallel(orders, WIDTH, stand.payUnnoticed);
      floor.push(await askGateway(orders));
      ours.push(await recover());
    }
    return {
      figures: [
        {
          name: `${LOST} lost payments recovered`,
          unit: 's',
          ours: spreadOf(ours),
          beside: { what: 'asking the gateway alone', figure: spreadOf(floor), ratio: ratioOf(ours, floor) },
          target: { of: 'figure', atMost: LIMIT_S },
        },
      ],
      notes: [
        `reconcile: from the request that makes them due until the last is told of, by one utils process that asks about ${WIDTH} at once; the gateway shares the machine.`,
      ],
      details: { ours, floor },
      faults: [],
    };
  } finally {
    await stand.stop();
  }
};
