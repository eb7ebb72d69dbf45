import { askBroker, countMessages } from './broker-probe.ts';
import type { VhostAdmin } from './vhost-admin.ts';

/** The address of one vhost of a broker. */
export const vhostUrl = (brokerUrl: string, vhost: string): string => {
  const address = new URL(brokerUrl);
  address.pathname = `/${encodeURIComponent(vhost)}`;
  return address.href;
};

export const vhostNameOf = (id: string): string => `tiffin-${id}`;

export type OwnVhost =
  | { kind: 'ready'; url: string }
  /** Nobody lets us make one; each reason is a sentence. */
  | { kind: 'not-allowed'; reasons: string[] };

/** A vhost of our own on a broker that others use too: the one from last time when it is there, else a new one. */
export const ensureVhost = async (
  brokerUrl: string,
  vhost: string,
  admins: readonly VhostAdmin[],
): Promise<OwnVhost> => {
  const url = vhostUrl(brokerUrl, vhost);
  if ((await askBroker(url)).kind === 'up') return { kind: 'ready', url };
  const reasons: string[] = [];
  for (const admin of admins) {
    try {
      await admin.add(vhost);
      return { kind: 'ready', url };
    } catch (error) {
      reasons.push(error instanceof Error ? error.message : `${admin.name} failed`);
    }
  }
  return { kind: 'not-allowed', reasons };
};

/** Removes a vhost with all it holds. False when nobody lets us. */
export const removeVhost = async (vhost: string, admins: readonly VhostAdmin[]): Promise<boolean> => {
  for (const admin of admins) {
    const removed = await admin.remove(vhost).then(
      () => true,
      () => false,
    );
    if (removed) return true;
  }
  return false;
};

/**
 * Removes our vhost when a stack stops, unless a queue still holds a message: the documents re-publish only what they have not
 * sent, so a message sent and not yet taken exists nowhere else. Says in one line what was kept, and why.
 */
export const tidyVhost = async (
  url: string,
  vhost: string,
  admins: readonly VhostAdmin[],
): Promise<string | undefined> => {
  for (const admin of admins) {
    const queues = await admin.queues(vhost).catch(() => undefined);
    if (queues === undefined) continue;
    const messages = await countMessages(url, queues).catch(() => undefined);
    if (messages === undefined) break;
    if (messages > 0) {
      return `The vhost ${vhost} stays: ${messages} message${messages === 1 ? '' : 's'} wait${messages === 1 ? 's' : ''} in it for the next start.`;
    }
    if (await removeVhost(vhost, [admin])) return undefined;
  }
  return `The vhost ${vhost} stays: it could not be checked or removed.`;
};
