import { isUtf8 } from 'node:buffer';
import express, { type Request, type Response } from 'express';
import { type Failure, problem } from './reply.ts';
import { findUnsafeJson } from './unsafe-json.ts';

const KILOBYTE = 1_024;
export const BODY_LIMIT_BYTES = 100 * KILOBYTE;

const NO_BODY = Buffer.alloc(0);
const JSON_TYPE = /^application\/json[ \t]*(?:;[ \t]*charset="?utf-?8"?[ \t]*)?$/i;

const hasBody = (request: Request): boolean =>
  request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length'] ?? 0) > 0;

const failureOf = (error: unknown): Failure => {
  const status = error instanceof Error && 'status' in error ? error.status : undefined;
  if (status === 413) return problem('payload_too_large', 'The body is larger than this route takes.');
  if (status === 415) return problem('unsupported_media_type', 'The content encoding of the body is not supported.');
  if (status === 400) return problem('invalid_request', 'The body could not be read.');
  throw error;
};

export type BodyReader = (request: Request, response: Response) => Promise<Buffer | Failure>;

/**
 * Reads the bytes of a JSON body, decompressed unless `inflate` is off, up to `maxBytes` after decompression (a gzip bomb
 * ends there). Only `application/json`, in UTF-8 if it names a charset; a body that is absent is empty.
 */
export const createBodyReader = ({ maxBytes, inflate }: { maxBytes: number; inflate: boolean }): BodyReader => {
  const read = express.raw({ type: () => true, limit: maxBytes, inflate });
  return async (request, response) => {
    if (!hasBody(request)) return NO_BODY;
    if (!JSON_TYPE.test(request.headers['content-type'] ?? '')) {
      return problem('unsupported_media_type', 'Send the body as application/json in UTF-8.');
    }
    try {
      await new Promise<void>((resolve, reject) => {
        read(request, response, (error?: unknown) => (error ? reject(error) : resolve()));
      });
    } catch (error) {
      return failureOf(error);
    }
    const body: unknown = request.body;
    return Buffer.isBuffer(body) ? body : NO_BODY;
  };
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
