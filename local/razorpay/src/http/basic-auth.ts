import type { RequestHandler } from 'express';
import { plainRefusal } from '../refusal.ts';
import { sendRefusal } from './serve-endpoint.ts';

/** Lets through who knows the key id and its secret. The scheme is case-sensitive, as Razorpay's is. */
export const basicAuth = (keyId: string, keySecret: string): RequestHandler => {
  const expected = `Basic ${Buffer.from(`${keyId}:${keySecret}`).toString('base64')}`;
  return (request, response, next) => {
    const given = request.get('authorization');
    if (given === expected) {
      next();
      return;
    }
    response.set('WWW-Authenticate', 'Basic realm="Razorpay"');
    const description =
      given === undefined
        ? 'Please provide your api key for authentication purposes.'
        : 'The api key provided is invalid';
    sendRefusal(response, plainRefusal(401, description));
  };
};
