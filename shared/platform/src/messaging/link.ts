import { setTimeout as sleep } from 'node:timers/promises';
import type { Channel, ChannelModel, ConfirmChannel } from 'amqplib';
import { type BrokerConnection, openConnection } from './connection.ts';
import { inTime } from './in-time.ts';

/**
 * Everything that dies together: two connections and their channels. Any loss, of a connection, a channel or a consumer,
 * ends the whole link and the session builds another with the next generation number. Half a link is what makes consumers
 * silent for ever, and a delivery tag means something only on the channel that gave it.
 *
 * Two connections because a blocked publisher must not keep consumers from draining the broker.
 */
export type Link = {
  readonly generation: number;
  readonly confirms: ConfirmChannel;
  readonly transients: Channel;
  /** A channel of its own for a consumer or a declaration; its loss is the link's loss. */
  openChannel(): Promise<Channel>;
  /** A channel for a moment, closed by who asked for it; its loss is nobody else's. */
  openAside(): Promise<Channel>;
  alive(): boolean;
  /** Gives the link up; the first reason is kept. */
  lose(why: Error): void;
  /** Resolves with the reason once the link is lost. */
  readonly lost: Promise<Error>;
  /** Closes channels, then connections; acks written before are flushed. Never throws. */
  close(): Promise<void>;
};

/** What lives as long as the session and works over one link after the other. */
export type Member = {
  /** Takes up work over this link. Rejects when the link does not allow it. */
  attach(link: Link): Promise<void>;
  /** The link is lost. */
  detach(): void;
  /** Takes no more, waits for running handlers at most `deadlineMs`, hands the rest back. */
  drain(deadlineMs: number): Promise<void>;
};

export type LinkOptions = {
  url: string;
  service: string;
  generation: number;
  /** Ends the attempt; a link once made is ended by its `close`. */
  giveUp: AbortSignal;
  /** Runs on a channel of its own before the link is handed out. */
  prepare(channel: Channel): Promise<void>;
  onBlocked(reason: string): void;
  onUnblocked(): void;
};

const FLUSH_MS = 1_500;
/** Half a hundred queues of a broker that has just started. */
const PREPARE_MS = 20_000;

const closeQuietly = async (channel: Channel): Promise<void> => {
  try {
    await channel.close();
  } catch {
    // Closed already, by the broker or with its connection.
  }
};

/** The broker closes a channel whose declaration it refuses; the refused call itself says why. */
const prepareOn = async (channel: Channel, prepare: LinkOptions['prepare']): Promise<void> => {
  channel.on('error', () => undefined);
  await inTime('the topology', prepare(channel), PREPARE_MS);
  await closeQuietly(channel);
};

const openUnguarded = async (connection: ChannelModel): Promise<Channel> => {
  const channel = await inTime('open a channel', connection.createChannel());
  // The request that the broker refused says why.
  channel.on('error', () => undefined);
  return channel;
};

/** Connects and prepares. Rejects, leaving nothing open, when any part fails. */
export const openLink = async (options: LinkOptions): Promise<Link> => {
  const { url, service, generation } = options;
  const connections: BrokerConnection[] = [];
  const channels: Channel[] = [];
  let alive = true;
  let resolveLost: (why: Error) => void = () => undefined;
  const lost = new Promise<Error>((resolve) => {
    resolveLost = resolve;
  });
  const lose = (why: Error) => {
    alive = false;
    resolveLost(why);
  };

  const connect = async (purpose: string): Promise<ChannelModel> => {
    const connection = await openConnection({
      url,
      name: `${service} ${purpose}`,
      giveUp: options.giveUp,
      onLost: lose,
    });
    connections.push(connection);
    // Given up while it was being made: `close` may have been through already.
    if (!alive) await connection.close();
    return connection.model;
  };
  const guard = <Kind extends Channel>(channel: Kind): Kind => {
    channels.push(channel);
    channel.on('error', lose);
    channel.on('close', () => lose(new Error('channel closed')));
    return channel;
  };
  let closed: Promise<void> | undefined;
  const closeAll = async () => {
    lose(new Error('closed by us'));
    // A channel whose peer is silent never answers; the connection's own close has a time limit.
    await Promise.race([Promise.all(channels.map(closeQuietly)), sleep(FLUSH_MS, undefined, { ref: false })]);
    await Promise.all(connections.map((connection) => connection.close()));
  };
  // Once: a second close would cut the connection under the channels the first one is still flushing.
  const close = () => {
    closed ??= closeAll();
    return closed;
  };

  // Told to stop: what the broker has not answered yet it need not answer, and the open request fails with its connection.
  const abandon = () => void close();
  options.giveUp.addEventListener('abort', abandon);
  try {
    const publishing = await connect('publishing');
    const consuming = await connect('consuming');
    publishing.on('blocked', options.onBlocked);
    publishing.on('unblocked', options.onUnblocked);

    await prepareOn(await inTime('open a channel', consuming.createChannel()), options.prepare);
    const confirms = guard(await inTime('open a channel', publishing.createConfirmChannel()));
    const transients = guard(await inTime('open a channel', publishing.createChannel()));
    return {
      generation,
      confirms,
      transients,
      openChannel: async () => guard(await inTime('open a channel', consuming.createChannel())),
      openAside: () => openUnguarded(consuming),
      alive: () => alive,
      lose,
      lost,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  } finally {
    options.giveUp.removeEventListener('abort', abandon);
  }
};
