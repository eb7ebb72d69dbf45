import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { Timings } from '../timings.ts';

export interface WebhookRequest {
  readonly body: Uint8Array;
  readonly headers: Readonly<Record<string, string>>;
}

export interface WebhookAnswer {
  /** A 2xx came in time. Anything else, a redirect too, is a failure. */
  readonly acknowledged: boolean;
  /** The status, or why there was none. */
  readonly answer: string;
}

/** Posts to the receiver over kept-alive connections. Never rejects: whatever happens is an answer. */
export const createWebhookPost = ({ url, timings }: { url: string; timings: Pick<Timings, 'answerWithinMs'> }) => {
  const target = new URL(url);
  const secure = target.protocol === 'https:';
  const agent = new (secure ? HttpsAgent : HttpAgent)({ keepAlive: true });
  const send = secure ? httpsRequest : httpRequest;
  const { port, pathname, search } = target;
  // A URL writes an IPv6 address in brackets, a socket wants it bare.
  const hostname = target.hostname.replace(/^\[|\]$/g, '');
  const fixed = { method: 'POST', agent, hostname, port, path: pathname + search };

  const post = ({ body, headers }: WebhookRequest): Promise<WebhookAnswer> =>
    new Promise((resolve) => {
      const request = send({
        ...fixed,
        headers: { ...headers, 'content-length': body.byteLength, 'user-agent': 'Razorpay-Webhook/v1' },
      });
      const tooLate = setTimeout(() => request.destroy(new Error('no answer in time')), timings.answerWithinMs);
      request.on('response', (response) => {
        clearTimeout(tooLate);
        // Unread bytes would keep the connection from being used again.
        response.resume();
        // The answer is in; what breaks while its body is thrown away changes nothing.
        response.on('error', () => undefined);
        const status = response.statusCode ?? 0;
        resolve({ acknowledged: status >= 200 && status < 300, answer: String(status) });
      });
      request.on('error', (error) => {
        clearTimeout(tooLate);
        resolve({ acknowledged: false, answer: error.message });
      });
      request.end(body);
    });

  return { post, close: () => agent.destroy() };
};

export type WebhookPost = ReturnType<typeof createWebhookPost>;
