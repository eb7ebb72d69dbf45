import amqplib, { type ChannelModel, type SocketOptions } from 'amqplib';

/** The broker may be silent this long before half of a dead peer is suspected; it is given up after two to three of these. */
const HEARTBEAT_SECONDS = 5;
// Without it a frozen broker holds a connect for ever.
const CONNECT_TIMEOUT_MS = 4_000;
const POLITE_CLOSE_MS = 1_500;

/** One AMQP connection that can always be ended, even when the peer no longer answers. */
export type BrokerConnection = {
  model: ChannelModel;
  /** Says goodbye, flushing what was written; a peer that does not answer in time is cut off. Never throws. */
  close(): Promise<void>;
};

/** amqplib reads the heartbeat from the URL only; in the socket options it is ignored and the broker's 60 s stay. */
const withHeartbeat = (url: string): string => {
  const address = new URL(url);
  if (!address.searchParams.has('heartbeat')) address.searchParams.set('heartbeat', String(HEARTBEAT_SECONDS));
  return address.href;
};

/** The address as it may be logged. */
export const withoutPassword = (url: string): string => {
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname}`;
};

/**
 * Opens a connection named `name`; `onLost` is called with the reason when it ends, however it ends, possibly more than once.
 * Rejects within 4 s when the broker does not answer.
 */
export const openConnection = async ({
  url,
  name,
  giveUp,
  onLost,
}: {
  url: string;
  name: string;
  /** Ends the attempt; a connection once made is ended by its `close`. */
  giveUp: AbortSignal;
  onLost(why: Error): void;
}): Promise<BrokerConnection> => {
  const cutOff = new AbortController();
  const cut = () => cutOff.abort();
  giveUp.throwIfAborted();
  giveUp.addEventListener('abort', cut);
  const socketOptions: SocketOptions & { signal: AbortSignal } = {
    noDelay: true,
    timeout: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    clientProperties: { connection_name: name },
    signal: cutOff.signal,
  };
  const model = await amqplib
    .connect(withHeartbeat(url), socketOptions)
    .finally(() => giveUp.removeEventListener('abort', cut));

  // An `error` nobody hears ends the process; a close by the operator (320) comes without one.
  model.on('error', onLost);
  model.on('close', (why) => onLost(why ?? new Error(`connection '${name}' closed`)));

  return {
    model,
    close: () =>
      new Promise((resolve) => {
        const finish = () => {
          clearTimeout(timer);
          cutOff.abort();
          resolve();
        };
        const timer = setTimeout(finish, POLITE_CLOSE_MS);
        // Rejects at once when the connection is gone already.
        model.close().then(finish, finish);
      }),
  };
};
