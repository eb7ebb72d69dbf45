import { createTokenVerifier, isAuthFailure } from '@tiffin/platform/auth/tokens';
import express from 'express';

/**
 * An express server that parses the JSON, verifies the rider's token and answers: it judges nothing and keeps nothing, so no receiver of
 * positions behind express can be faster.
 */
const MOST_BYTES = 16 * 1_024;

const verifier = createTokenVerifier({ secret: process.env.JWT_SECRET ?? '' });
const app = express();
app.post('/api/v1/riders/me/locations', express.json({ limit: MOST_BYTES }), (request, response) => {
  const claims = verifier.verifyUser(request.get('authorization')?.slice('Bearer '.length) ?? '');
  if (isAuthFailure(claims)) response.status(401).json({});
  else response.json({ accepted: request.body.points.length, dropped: [] });
});
const server = app.listen(0, '127.0.0.1', () => {
  const address = server.address();
  console.log(JSON.stringify({ event: 'ready', port: typeof address === 'object' && address ? address.port : 0 }));
});
process.stdin.on('end', () => process.exit(0)).resume();
