import { expect, onTestFinished, test } from 'vitest';
import { askBroker, countMessages } from './broker-probe.ts';
import { readIdentity } from './identity.ts';
import { forgetVhost } from './share-broker.ts';
import { aPlace, eventually, start } from './started-stack.fixture.ts';

const LONGEST_MS = 180_000;
const BROKER = 'amqp://guest:guest@127.0.0.1:5672';

test(
  'a stack without its broker or its store for a while is well again, keeps what nobody could read, and leaves its vhost open',
  async () => {
    const place = await aPlace();
    const started = start(place);
    // The poison stays in the vhost, and with it the vhost: it goes when the stack has.
    onTestFinished(async () => {
      const identity = await readIdentity(place.data);
      if (identity) await forgetVhost(BROKER, identity.id, process.env.PATH);
    });
    const { urls, infrastructure } = await started.ready();
    const { door, stackKey } = await started.file();
    const knock = async (path: string, body?: object) => {
      const response = await fetch(`${door}/_stack${path}`, {
        method: body ? 'POST' : 'GET',
        headers: { 'x-stack-key': stackKey },
        ...(body ? { body: JSON.stringify(body) } : {}),
      });
      return { status: response.status, body: await response.json() };
    };
    const allAre = (status: string) =>
      eventually(async () => {
        for (const url of [urls.restaurant, urls.rider, urls.realtime, urls.utils]) {
          expect(await (await fetch(`${url}/readyz`)).json()).toMatchObject({ status });
        }
      });

    const possible = { possible: true };
    expect(await knock('')).toMatchObject({
      body: { breakable: { rabbitmq: possible, store: possible, razorpay: possible }, outages: [] },
    });

    for (const queue of [undefined, 'utils.event-log', 'rider.orders']) {
      const sent = await knock('/poison', queue === undefined ? {} : { queue });
      expect(sent).toEqual({ status: 200, body: { queue: queue ?? 'PAYMENT_SUCCESS', published: 2 } });
    }
    const dead = ['PAYMENT_SUCCESS.dead', 'utils.event-log.dead', 'rider.orders.dead'];
    const { url } = infrastructure.rabbitmq;
    for (const queue of dead) {
      await eventually(async () => expect(await countMessages(url, [queue])).toBe(2));
    }

    const outage = await knock('/rabbitmq/outage', { ms: 3_000 });
    expect(outage).toMatchObject({
      status: 200,
      body: { what: 'rabbitmq', ms: 3_000, until: expect.any(String), effect: expect.any(String) },
    });
    expect(await knock('')).toMatchObject({ body: { outages: [{ what: 'rabbitmq', until: expect.any(String) }] } });
    for (const path of ['/rabbitmq/outage', '/poison']) {
      expect(await knock(path, {})).toMatchObject({ status: 409, body: { code: 'outage_under_way' } });
    }
    await allAre('warn');
    await allAre('pass');
    expect(await knock('')).toMatchObject({ body: { outages: [] } });

    expect(await knock('/store/outage', { ms: 1_000 })).toMatchObject({ status: 200, body: { what: 'store' } });
    expect(await knock('')).toMatchObject({ body: { outages: [{ what: 'store' }] } });
    await eventually(async () => expect(await knock('')).toMatchObject({ body: { outages: [] } }));
    await allAre('pass');

    expect(await knock('/rabbitmq/outage', { ms: 60_000 })).toMatchObject({ status: 200 });
    started.process.kill('SIGINT');
    expect(await started.ended).toEqual({ code: 0, signal: null });
    expect(await askBroker(url)).toMatchObject({ kind: 'up' });
    expect(await countMessages(url, dead)).toBe(6);
  },
  LONGEST_MS,
);
