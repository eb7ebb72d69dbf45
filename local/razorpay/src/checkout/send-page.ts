import type { Response } from 'express';

/** A page that no browser keeps, no other page frames, and that runs and loads nothing but its own two files. */
export const sendPage = (response: Response, status: number, page: string): void => {
  response.status(status).type('html').send(page);
};

/** `form-action` also covers where a receiver sends the browser on, so it names every place a payment may be handed to. */
export const pageHeaders = (allowedOrigins: readonly string[]): Readonly<Record<string, string>> => ({
  'Content-Security-Policy': [
    "default-src 'none'",
    "style-src 'self'",
    "script-src 'self'",
    'img-src data:',
    ["form-action 'self' http://127.0.0.1:* http://localhost:*", ...allowedOrigins].join(' '),
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join('; '),
  'X-Frame-Options': 'DENY',
  'X-Content-Type-Options': 'nosniff',
  // Not `no-referrer`: a browser would send `Origin: null` with our own form.
  'Referrer-Policy': 'strict-origin',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cache-Control': 'no-store',
});
