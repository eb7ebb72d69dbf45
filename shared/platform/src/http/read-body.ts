import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import type { Readable, Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { type Failure, problem } from './reply.ts';
import { findUnsafeJson } from './unsafe-json.ts';

const KILOBYTE = 1_024;
export const BODY_LIMIT_BYTES = 100 * KILOBYTE;

const NO_BODY = Buffer.alloc(0);
const JSON_TYPE = /^application\/json[ \t]*(?:;[ \t]*charset="?utf-?8"?[ \t]*)?$/i;

const hasBody = (request: IncomingMessage): boolean =>
  request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length'] ?? 0) > 0;

const TOO_LARGE = problem('payload_too_large', 'The body is larger than this route takes.');
const UNKNOWN_ENCODING = problem('unsupported_media_type', 'The content encoding of the body is not supported.');
const UNREADABLE = problem('invalid_request', 'The body could not be read.');

const decoders: Readonly<Record<string, () => Transform>> = {
  gzip: createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
};

/** Reads to the end, or until the limit is passed before or after decoding; then it reads nothing more. */
const collect = (request: IncomingMessage, decoder: Transform | undefined, maxBytes: number) =>
  new Promise<Buffer | Failure>((resolve) => {
    const source: Readable = decoder ?? request;
    const chunks: Buffer[] = [];
    let sent = 0;
    let size = 0;
    const finish = (result: Buffer | Failure) => {
      request.off('data', count).off('error', broken).off('close', gone);
      source.off('data', take).off('end', whole).off('error', broken);
      if (decoder) {
        request.unpipe(decoder);
        // What was on its way through it may still fail, and concerns nobody now.
        decoder.on('error', () => undefined).destroy();
      }
      if (Buffer.isBuffer(result)) request.resume();
      else request.pause();
      resolve(result);
    };
    const count = (chunk: Buffer) => {
      sent += chunk.length;
      if (sent > maxBytes) finish(TOO_LARGE);
    };
    const take = (chunk: Buffer) => {
      size += chunk.length;
      if (size > maxBytes) finish(TOO_LARGE);
      else chunks.push(chunk);
    };
    const whole = () => finish(Buffer.concat(chunks, size));
    const broken = () => finish(UNREADABLE);
    // A request that is all here closes too, perhaps before the decoder is through with it.
    const gone = () => {
      if (!request.complete) broken();
    };
    request.on('data', count).on('error', broken).on('close', gone);
    source.on('data', take).on('end', whole);
    if (decoder) request.pipe(decoder.on('error', broken));
  });

export type BodyReader = (request: IncomingMessage) => Promise<Buffer | Failure>;

/**
 * Reads the bytes of a JSON body, decompressed unless `inflate` is off, up to `maxBytes` before and after decompression (a gzip bomb ends
 * there). A length declared beyond that is refused unread. Only `application/json`, in UTF-8 if it names a charset; a body that is absent
 * is empty.
 */
export const createBodyReader =
  ({ maxBytes, inflate }: { maxBytes: number; inflate: boolean }): BodyReader =>
  async (request) => {
    if (!hasBody(request)) return NO_BODY;
    const { headers } = request;
    if (!JSON_TYPE.test(headers['content-type'] ?? '')) {
      return problem('unsupported_media_type', 'Send the body as application/json in UTF-8.');
    }
    if (Number(headers['content-length'] ?? 0) > maxBytes) return TOO_LARGE;
    // The caller may have gone while somebody counted or asked: nothing would ever come.
    if (request.destroyed) return UNREADABLE;
    const encoding = (headers['content-encoding'] || 'identity').toLowerCase();
    if (encoding === 'identity') return collect(request, undefined, maxBytes);
    const decoder = inflate && Object.hasOwn(decoders, encoding) ? decoders[encoding] : undefined;
    return decoder ? collect(request, decoder(), maxBytes) : UNKNOWN_ENCODING;
  };

/** The value of a JSON text. An absent body is `{}`, so that commands whose fields are all optional need none. */
export const parseJsonBody = (bytes: Buffer): { value: unknown } | Failure => {
  if (bytes.length === 0) return { value: {} };
  if (!isUtf8(bytes)) return problem('invalid_request', 'The body is not UTF-8.');
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString('utf8'));
  } catch {
    return problem('invalid_request', 'The body is not valid JSON.');
  }
  const unsafe = findUnsafeJson(value);
  return unsafe ? problem('invalid_request', 'The body is not acceptable.', { errors: [unsafe] }) : { value };
};
