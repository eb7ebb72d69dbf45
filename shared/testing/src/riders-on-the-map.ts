import { randomUUID } from 'node:crypto';
import { connect } from 'amqplib';
import { MongoClient, ObjectId } from 'mongodb';
import { createActors, place } from './actors.ts';
import type { RunningStack } from './running-stack.ts';

const EVERY_MS = 1_000;
const POINTS_A_MESSAGE = 500;
/** Degrees: a town of about 3 km beside the simulated one, out of reach of its kitchens. */
const TOWN = { lng: 77.58, lat: 13.07, side: 0.027 };
const STEP = 0.0002;

/**
 * A town full of riders, every one of them moving each second: one rider registered at the door, the others copied from it in the database,
 * their positions told on the bus as the rider service tells them.
 */
export const putRidersOnTheMap = async (stack: RunningStack, count: number): Promise<{ end(): Promise<void> }> => {
  const { urls, secrets, infrastructure } = stack.file();
  const actors = createActors({ urls, jwtSecret: secrets.JWT_SECRET });
  const { profile } = await actors.riderOnDuty(place(0, 40_000));
  const client = await new MongoClient(infrastructure.mongodb.url).connect();
  const somewhere = (): [number, number] => [
    TOWN.lng + Math.random() * TOWN.side,
    TOWN.lat + Math.random() * TOWN.side,
  ];
  const riders = Array.from({ length: count }, (_, index) => ({
    id: new ObjectId(),
    sub: `crowd-${index}`,
    at: somewhere(),
  }));
  const collection = client.db('tiffin-rider').collection('riders');
  const original = await collection.findOne({ _id: new ObjectId(profile._id) });
  if (!original) throw new Error('the rider is not in the database');
  await collection.insertMany(
    riders.map(({ id, sub, at }) => ({
      ...original,
      _id: id,
      state: { ...original.state, userId: sub, name: `Crowd ${sub}` },
      position: { ...original.position, location: { type: 'Point', coordinates: at } },
    })),
  );

  const connection = await connect(infrastructure.rabbitmq.url);
  const channel = await connection.createChannel();
  let seq = 0;
  const tell = (): void => {
    seq += 1;
    const at = new Date().toISOString();
    for (const rider of riders) {
      rider.at = [rider.at[0] + (Math.random() - 0.5) * STEP, rider.at[1] + (Math.random() - 0.5) * STEP];
    }
    for (let from = 0; from < riders.length; from += POINTS_A_MESSAGE) {
      const points = riders.slice(from, from + POINTS_A_MESSAGE).map(({ id, sub, at: coordinates }) => {
        return { riderId: id.toHexString(), riderUserId: sub, location: { type: 'Point', coordinates }, at, seq };
      });
      const id = randomUUID();
      const event = {
        ...{ id, type: 'RIDER_LOCATIONS', version: 1, timestamp: at, data: { points } },
        ...{ subject: 'riders', source: 'rider', correlationId: id, causationId: null },
      };
      channel.publish('tiffin.events', 'rider.RIDER_LOCATIONS', Buffer.from(JSON.stringify(event)), {
        ...{ messageId: id, type: 'RIDER_LOCATIONS', correlationId: id, contentType: 'application/json' },
      });
    }
  };
  const timer = setInterval(tell, EVERY_MS);
  return {
    end: async () => {
      clearInterval(timer);
      await connection.close();
      await collection.deleteMany({ _id: { $in: riders.map(({ id }) => id) } });
      await client.close();
    },
  };
};
