import { ensureVhost, removeVhost, tidyVhost, vhostNameOf } from './vhost.ts';
import { managementApi, rabbitmqctl } from './vhost-admin.ts';
import { gateOf } from './vhost-gate.ts';
import type { VhostGate } from './vhost-outage.ts';

export type SharedBroker = {
  url: string;
  note: string;
  /** How our vhost is closed and opened again; absent where it is not ours alone. */
  gate?: VhostGate;
  /** After everything has stopped: one line about what was kept, if anything. */
  tidy(): Promise<string | undefined>;
};

const adminsOf = (brokerUrl: string, path: string | undefined) => [
  managementApi(brokerUrl),
  rabbitmqctl(brokerUrl, path),
];

/**
 * Our place on a broker that was there before: a vhost of our own, named after the data folder, so that a restart finds what was not
 * delivered. Where nobody lets us make one it is the default vhost, and the note says so.
 */
export const shareBroker = async (brokerUrl: string, id: string, path: string | undefined): Promise<SharedBroker> => {
  const vhost = vhostNameOf(id);
  const admins = adminsOf(brokerUrl, path);
  const own = await ensureVhost(brokerUrl, vhost, admins);
  if (own.kind === 'ready') {
    return {
      url: own.url,
      note: `RabbitMQ was running; Tiffin uses its own vhost there, ${vhost}.`,
      gate: gateOf(vhost, admins),
      tidy: () => tidyVhost(own.url, vhost, admins),
    };
  }
  return {
    url: brokerUrl,
    note: `RabbitMQ was running and lets nobody make a vhost here (${own.reasons.join('; ')}); Tiffin uses the default one, shared with whoever else does.`,
    tidy: async () => undefined,
  };
};

/** With `--fresh`: messages meant for data that is forgotten would only be refused. */
export const forgetVhost = (brokerUrl: string, id: string, path: string | undefined): Promise<boolean> =>
  removeVhost(vhostNameOf(id), adminsOf(brokerUrl, path));
