import { createTokenVerifier } from '@tiffin/platform/auth/tokens';
import { consumePeerQueue, openPeerChannel } from './peer-broker.ts';
import { connectPeerDatabase, peerModels } from './peer-database.ts';
import { createPeerApp, listenPeer, pushThroughPeer, signedIn, tried } from './peer-http.ts';
import { type PeerSettings, READY_QUEUE } from './peer-settings.ts';

const REACH_M = 500;

/** Riders of the stand-in: every rider within reach is told of a ready order, one HTTP call after the other; nobody there, nobody told. */
export const startPeerRider = async (settings: PeerSettings): Promise<number> => {
  const { riders } = peerModels(await connectPeerDatabase(settings.MONGODB_URL));
  await riders.init();
  const channel = await openPeerChannel(settings.RABBITMQ_URL);
  const authenticated = signedIn(createTokenVerifier({ secret: settings.JWT_SECRET }));
  const app = createPeerApp();

  app.post(
    '/api/rider',
    authenticated,
    tried(async ({ body }, response) => {
      const rider = { userId: response.locals.user, isAvailable: true, isVerified: true, location: body.location };
      response.status(201).json({ rider: await riders.create(rider) });
    }),
  );

  await consumePeerQueue(channel, READY_QUEUE, async (data) => {
    const { orderId, location } = data as { orderId: string; location: { coordinates: [number, number] } };
    const near = await riders.find({
      isAvailable: true,
      isVerified: true,
      location: {
        $near: { $geometry: { type: 'Point', coordinates: location.coordinates }, $maxDistance: REACH_M },
      },
    });
    for (const { userId } of near) await pushThroughPeer(settings, 'order:available', `user:${userId}`, { orderId });
  });
  return listenPeer(app, Number(settings.PORT));
};
