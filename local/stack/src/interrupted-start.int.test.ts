import { expect, test } from 'vitest';
import { askBroker } from './broker-probe.ts';
import { readIdentity } from './identity.ts';
import { busyPorts } from './port-holder.ts';
import { portsFrom } from './ports.ts';
import { aPlace, eventually, type Started, start } from './started-stack.fixture.ts';
import { vhostNameOf, vhostUrl } from './vhost.ts';

const BROKER = 'amqp://guest:guest@127.0.0.1:5672';
const LONGEST_MS = 180_000;

/** All that a start without its city announces, in the order in which it can come. */
const ANNOUNCED: Record<string, object> = {
  'it looks around': { event: 'step', name: 'looking' },
  'it makes its vhost': { event: 'step', name: 'infrastructure' },
  'the document store runs': { event: 'child', kind: 'ready', child: 'store' },
  'its vhost is there': { event: 'note', text: expect.stringContaining('its own vhost there') },
  'it starts the services': { event: 'step', name: 'services' },
  'the fake Razorpay runs': { event: 'child', kind: 'ready', child: 'razorpay' },
  'a service runs': { event: 'child', kind: 'ready', child: 'rider' },
  'it waits for readiness': { event: 'step', name: 'readiness' },
};

const announced = (started: Started, line: object): Promise<void> =>
  eventually(() => {
    expect(started.lines).toContainEqual(expect.objectContaining(line));
  });

test.each(Object.entries(ANNOUNCED))(
  'interrupted when %s, a start leaves neither process nor vhost',
  async (_, line) => {
    const place = await aPlace();
    const started = start(place);
    await announced(started, line);
    started.process.kill('SIGINT');
    expect(await started.ended).toEqual({ code: 0, signal: null });
    expect(started.lines.at(-1)).toEqual({ event: 'stopped' });
    const identity = await readIdentity(place.data);
    if (identity) {
      expect(await askBroker(vhostUrl(BROKER, vhostNameOf(identity.id)))).toEqual({ kind: 'no-vhost' });
    }
    expect(await busyPorts(Object.values(portsFrom(place.base)))).toEqual([]);
  },
  LONGEST_MS,
);
