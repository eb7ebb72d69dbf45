import { createHmac, randomBytes } from 'node:crypto';
import { createTokenVerifier } from '@tiffin/platform/auth/tokens';
import { openPeerChannel, publishToPeerQueue } from './peer-broker.ts';
import { callPeer, createPeerApp, listenPeer, signedIn, tried } from './peer-http.ts';
import { GATEWAY_SECRET, PAYMENT_QUEUE, type PeerSettings } from './peer-settings.ts';

/** What the checkout page would be handed after the payment. */
export const peerSignature = (gatewayOrderId: string, paymentId: string): string =>
  createHmac('sha256', GATEWAY_SECRET).update(`${gatewayOrderId}|${paymentId}`).digest('hex');

/** Payments of the stand-in. It keeps no record, and here it is spared the call to a gateway, too: it makes the gateway's id up. */
export const startPeerPayments = async (settings: PeerSettings): Promise<number> => {
  const channel = await openPeerChannel(settings.RABBITMQ_URL);
  await channel.assertQueue(PAYMENT_QUEUE, { durable: true });
  const authenticated = signedIn(createTokenVerifier({ secret: settings.JWT_SECRET }));
  const app = createPeerApp();

  app.post(
    '/api/payment/create',
    authenticated,
    tried(async ({ body }, response) => {
      const bill = await callPeer(
        settings.INTERNAL_KEY,
        'GET',
        `${settings.RESTAURANT_URL}/api/order/payment/${body.orderId}`,
      );
      response.json({ razorpayOrderId: `order_${randomBytes(7).toString('hex')}`, bill });
    }),
  );

  app.post(
    '/api/payment/verify',
    authenticated,
    tried(async ({ body }, response) => {
      const {
        orderId,
        razorpay_order_id: gatewayOrderId,
        razorpay_payment_id: paymentId,
        razorpay_signature: signature,
      } = body;
      if (signature !== peerSignature(gatewayOrderId, paymentId))
        return response.status(400).json({ message: 'not verified' });
      publishToPeerQueue(channel, PAYMENT_QUEUE, 'PAYMENT_SUCCESS', { orderId, paymentId, provider: 'razorpay' });
      return response.json({ message: 'payment verified' });
    }),
  );
  return listenPeer(app, Number(settings.PORT));
};
