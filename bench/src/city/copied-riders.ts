import type { Point } from '@tiffin/contracts/geo';
import mongoose from 'mongoose';

const AT_ONCE = 500;
const DATABASE = 'tiffin-rider';

/**
 * Puts copies of a rider who is on duty into the stack's own database, one at each place: riders who are searched through and never asked,
 * so that nobody has to register nine thousand of them over HTTP. For the benchmark only; everything else goes through the public doors.
 */
export const copyRider = async (url: string, userId: string, places: readonly Point[]): Promise<void> => {
  const connection = await mongoose.createConnection(url, { dbName: DATABASE }).asPromise();
  try {
    const riders = connection.collection('riders');
    const original = await riders.findOne({ 'state.userId': userId });
    if (!original) throw new Error('the rider to copy is not there');
    for (let begin = 0; begin < places.length; begin += AT_ONCE) {
      const copies = places.slice(begin, begin + AT_ONCE).map((location, index) => ({
        ...original,
        _id: new mongoose.Types.ObjectId(),
        state: { ...original.state, userId: `${userId}-copy-${begin + index}` },
        position: { ...original.position, location },
      }));
      await riders.insertMany(copies);
    }
  } finally {
    await connection.close();
  }
};
