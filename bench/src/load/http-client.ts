import { type HttpConnection, type HttpReply, openHttpConnection } from './http-connection.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH';
export type HttpClient = {
  /** Rejects when the connection breaks; an error status is a reply like any other. */
  call(
    method: Method,
    url: string,
    token?: string,
    body?: unknown,
    headers?: Readonly<Record<string, string>>,
  ): Promise<HttpReply>;
  close(): void;
};

/** Shorter than the 5 s after which node's servers close by default: the driver never writes into a closed connection. */
const REUSE_WITHIN_MS = 3_000;

/** Keep-alive connections to each origin, `sockets` at most; further calls wait their turn. */
export const createHttpClient = ({ sockets }: { sockets: number }): HttpClient => {
  const pools = new Map<string, ReturnType<typeof createPool>>();

  return {
    call: async (method, url, token, body, headers = {}) => {
      const { hostname, port, host, pathname, search } = new URL(url);
      const pool = pools.get(host) ?? createPool(hostname, Number(port), sockets);
      pools.set(host, pool);
      const text = body === undefined ? '' : JSON.stringify(body);
      const request =
        `${method} ${pathname}${search} HTTP/1.1\r\nhost: ${host}\r\n` +
        (token === undefined ? '' : `authorization: Bearer ${token}\r\n`) +
        Object.entries(headers)
          .map(([name, value]) => `${name}: ${value}\r\n`)
          .join('') +
        (body === undefined ? '' : `content-type: application/json\r\ncontent-length: ${Buffer.byteLength(text)}\r\n`) +
        `\r\n${text}`;
      return pool.run((connection) => connection.exchange(request));
    },
    close: () => {
      for (const pool of pools.values()) pool.end();
      pools.clear();
    },
  };
};

const createPool = (host: string, port: number, size: number) => {
  const idle: HttpConnection[] = [];
  const waiting: (() => void)[] = [];
  let open = 0;

  const take = (): HttpConnection => {
    for (let known = idle.pop(); known; known = idle.pop()) {
      if (known.usable() && performance.now() - known.idleSince() < REUSE_WITHIN_MS) return known;
      known.end();
    }
    return openHttpConnection(host, port);
  };

  return {
    run: async <Result>(work: (connection: HttpConnection) => Promise<Result>): Promise<Result> => {
      if (open >= size) await new Promise<void>((resolve) => waiting.push(resolve));
      open += 1;
      const connection = take();
      try {
        return await work(connection);
      } finally {
        open -= 1;
        if (connection.usable()) idle.push(connection);
        waiting.shift()?.();
      }
    },
    end: () => {
      for (const connection of idle.splice(0)) connection.end();
    },
  };
};
