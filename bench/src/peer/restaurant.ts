import { createTokenVerifier } from '@tiffin/platform/auth/tokens';
import { consumePeerQueue, openPeerChannel, publishToPeerQueue } from './peer-broker.ts';
import { connectPeerDatabase, peerModels } from './peer-database.ts';
import { createPeerApp, internal, listenPeer, pushThroughPeer, signedIn, tried } from './peer-http.ts';
import { PAYMENT_QUEUE, type PeerSettings, READY_QUEUE } from './peer-settings.ts';

const FREE_DELIVERY_FROM = 250;
const DELIVERY_FEE = 49;
const PLATFORM_FEE = 7;

/** Restaurants and orders of the stand-in: load, change, save, then push over HTTP, then publish. */
export const startPeerRestaurant = async (settings: PeerSettings): Promise<number> => {
  const { restaurants, items, orders } = peerModels(await connectPeerDatabase(settings.MONGODB_URL));
  const channel = await openPeerChannel(settings.RABBITMQ_URL);
  await channel.assertQueue(READY_QUEUE, { durable: true });
  const authenticated = signedIn(createTokenVerifier({ secret: settings.JWT_SECRET }));
  const app = createPeerApp();

  app.post(
    '/api/restaurant',
    authenticated,
    tried(async ({ body }, response) => {
      const restaurant = await restaurants.create({ ...body, ownerId: response.locals.user, isOpen: true });
      const item = await items.create({
        restaurantId: restaurant._id,
        name: 'Masala dosa',
        price: 150,
        isAvailable: true,
      });
      response.status(201).json({ restaurant, item });
    }),
  );

  app.post(
    '/api/order',
    authenticated,
    tried(async ({ body }, response) => {
      const restaurant = await restaurants.findById(body.restaurantId);
      if (!restaurant?.isOpen) return response.status(404).json({ message: 'restaurant not found' });
      const wanted: { itemId: string; quantity: number }[] = body.items;
      const menu = await items.find({ _id: { $in: wanted.map(({ itemId }) => itemId) } });
      const lines = menu.map((item) => ({
        itemId: String(item._id),
        name: item.name,
        price: item.price,
        quantity: wanted.find(({ itemId }) => itemId === String(item._id))?.quantity ?? 1,
      }));
      const subtotal = lines.reduce((sum, { price, quantity }) => sum + price * quantity, 0);
      const deliveryFee = subtotal < FREE_DELIVERY_FROM ? DELIVERY_FEE : 0;
      const order = await orders.create({
        userId: response.locals.user,
        restaurantId: String(restaurant._id),
        restaurantName: restaurant.name,
        items: lines,
        subtotal,
        deliveryFee,
        platformFee: PLATFORM_FEE,
        totalAmount: subtotal + deliveryFee + PLATFORM_FEE,
        deliveryAddress: body.deliveryAddress,
      });
      return response.status(201).json({ message: 'order created', orderId: order._id, amount: order.totalAmount });
    }),
  );

  app.get(
    '/api/order/payment/:id',
    internal(settings.INTERNAL_KEY),
    tried(async ({ params }, response) => {
      const order = await orders.findById(params.id);
      if (!order) return response.status(404).json({ message: 'order not found' });
      return response.json({ orderId: order._id, amount: order.totalAmount, currency: 'INR' });
    }),
  );

  app.put(
    '/api/order/:id',
    authenticated,
    tried(async ({ params, body }, response) => {
      const order = await orders.findById(params.id);
      if (order?.paymentStatus !== 'paid') return response.status(400).json({ message: 'order is not paid' });
      const restaurant = await restaurants.findById(order.restaurantId);
      if (!restaurant || restaurant.ownerId !== response.locals.user)
        return response.status(403).json({ message: 'not yours' });
      order.status = body.status;
      await order.save();
      await pushThroughPeer(settings, 'order:update', `user:${order.userId}`, {
        orderId: order._id,
        status: order.status,
      });
      if (order.status === 'ready_for_rider') {
        const job = { orderId: order._id, location: restaurant.location };
        publishToPeerQueue(channel, READY_QUEUE, 'ORDER_READY_FOR_RIDER', job);
      }
      return response.json({ message: 'order status updated', order });
    }),
  );

  await consumePeerQueue(channel, PAYMENT_QUEUE, async (data) => {
    const { orderId, paymentId } = data as { orderId: string; paymentId: string };
    const order = await orders.findById(orderId);
    if (!order || order.paymentStatus === 'paid') return;
    order.set({ paymentStatus: 'paid', status: 'placed', paymentId });
    await order.save();
    const restaurant = await restaurants.findById(order.restaurantId);
    await pushThroughPeer(settings, 'order:new', `restaurant:${restaurant?.ownerId}`, { orderId });
  });
  return listenPeer(app, Number(settings.PORT));
};
