import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createHttpClient, type HttpClient } from './http-client.ts';

const reply = (body: string, head = '') =>
  `HTTP/1.1 200 OK\r\n${head}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;

describe('the load driver over HTTP', () => {
  let server: Server;
  let http: HttpClient;
  let connections = 0;
  const requests: string[] = [];

  /** A server that answers every request with these pieces, one write each. */
  const serve = async (pieces: readonly (string | Buffer)[], { sockets = 1 } = {}): Promise<string> => {
    connections = 0;
    requests.length = 0;
    server = createServer({ noDelay: true }, (socket) => {
      connections += 1;
      socket.on('error', () => undefined);
      socket.on('data', async (data) => {
        requests.push(data.toString());
        for (const piece of pieces) {
          socket.write(piece);
          await new Promise((resolve) => setImmediate(resolve));
        }
        if (pieces.length === 0) socket.destroy();
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    http = createHttpClient({ sockets });
    const address = server.address();
    return `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
  };
  afterEach(async () => {
    http.close();
    await new Promise((resolve) => server.close(resolve));
  });

  it('puts a reply together that comes in pieces, even within a letter', async () => {
    const whole = Buffer.from(reply('{"name":"ಮಸಾಲೆ"}'));
    const middle = whole.length - 6;
    const url = await serve([whole.subarray(0, 20), whole.subarray(20, middle), whole.subarray(middle)]);
    expect(await http.call('GET', `${url}/`)).toMatchObject({ status: 200, body: '{"name":"ಮಸಾಲೆ"}' });
  });

  it('sends the token and the body with its length in bytes, and uses a connection again', async () => {
    const url = await serve([reply('{}')]);
    await http.call('POST', `${url}/a?b=c`, 'secret', { name: 'é' });
    await http.call('GET', `${url}/`);
    expect(requests[0]).toMatch(/^POST \/a\?b=c HTTP\/1\.1\r\n/);
    expect(requests[0]).toContain('authorization: Bearer secret\r\n');
    expect(requests[0]).toContain('content-length: 13\r\n');
    expect(requests[0]).toMatch(/\r\n\r\n\{"name":"é"\}$/);
    expect(connections).toBe(1);
  });

  it('never has more connections than it may, and answers everybody', async () => {
    const url = await serve([reply('{}')], { sockets: 3 });
    const replies = await Promise.all(Array.from({ length: 20 }, () => http.call('GET', `${url}/`)));
    expect(replies.every(({ status }) => status === 200)).toBe(true);
    expect(connections).toBeLessThanOrEqual(3);
  });

  it('counts a broken connection as a failure and goes on with a new one', async () => {
    const url = await serve([]);
    await expect(http.call('GET', `${url}/`)).rejects.toThrow(/closed/);
    await expect(http.call('GET', `${url}/`)).rejects.toThrow(/closed/);
    expect(connections).toBe(2);
  });

  it('says what it cannot read instead of waiting for ever', async () => {
    const url = await serve(['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n']);
    await expect(http.call('GET', `${url}/`)).rejects.toThrow(/chunked/);
  });
});
