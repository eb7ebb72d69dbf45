import { type AddressInfo, createServer, connect as dial, type Socket } from 'node:net';

/** Which way bytes vanish: `up` to the server, `down` to the client. */
export type BlackHole = 'none' | 'up' | 'down' | 'both';

export type TcpProxy = {
  readonly port: number;
  /** Ends every connection at once, as a pulled cable that both sides notice. New ones are taken. */
  cut(): void;
  /** Connections stay open and bytes disappear, as with a lost route that nobody notices. New connections suffer the same. */
  blackHole(direction: BlackHole): void;
  /** Connections being passed on now. */
  readonly open: number;
  close(): Promise<void>;
};

/** A bad network between a client and `127.0.0.1:targetPort`, on `port` when a client must find it again there. */
export const startTcpProxy = async (targetPort: number, port = 0): Promise<TcpProxy> => {
  const pairs = new Set<readonly [Socket, Socket]>();
  let lost: BlackHole = 'none';

  const pass = (from: Socket, to: Socket, direction: 'up' | 'down') => {
    from.on('data', (bytes) => {
      if (lost === direction || lost === 'both') return;
      if (!to.write(bytes)) from.pause();
    });
    to.on('drain', () => from.resume());
  };
  const server = createServer((client) => {
    const upstream = dial(targetPort, '127.0.0.1');
    const pair = [client, upstream] as const;
    pairs.add(pair);
    const end = () => {
      pairs.delete(pair);
      client.destroy();
      upstream.destroy();
    };
    for (const socket of pair) {
      socket.setNoDelay(true);
      socket.on('error', end);
      socket.on('close', end);
    }
    pass(client, upstream, 'up');
    pass(upstream, client, 'down');
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));

  const cut = () => {
    for (const [client, upstream] of pairs) {
      client.resetAndDestroy();
      upstream.resetAndDestroy();
    }
  };
  return {
    port: (server.address() as AddressInfo).port,
    get open() {
      return pairs.size;
    },
    cut,
    blackHole: (direction) => {
      lost = direction;
    },
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      cut();
      await closed;
    },
  };
};
