import mongoose, { type Connection } from 'mongoose';

/** Answers as soon as the database has the write in memory: nothing here is made durable. */
export const connectPeerDatabase = async (url: string): Promise<Connection> => {
  mongoose.set('autoIndex', true);
  return mongoose.createConnection(url, { dbName: 'course', writeConcern: { w: 1, journal: false } }).asPromise();
};

const TEXT = { type: String, required: true } as const;
const NUMBER = { type: Number, required: true } as const;
const point = { type: { type: String, default: 'Point' }, coordinates: [Number] };

export const peerModels = (connection: Connection) => ({
  restaurants: connection.model(
    'Restaurant',
    new mongoose.Schema({ name: TEXT, ownerId: String, isOpen: Boolean, location: point }, { timestamps: true }),
  ),
  items: connection.model(
    'MenuItem',
    new mongoose.Schema(
      { restaurantId: mongoose.Schema.Types.ObjectId, name: TEXT, price: NUMBER, isAvailable: Boolean },
      { timestamps: true },
    ),
  ),
  orders: connection.model(
    'Order',
    new mongoose.Schema(
      {
        userId: String,
        restaurantId: String,
        restaurantName: String,
        riderId: String,
        items: [{ itemId: String, name: String, price: Number, quantity: Number }],
        subtotal: Number,
        deliveryFee: Number,
        platformFee: Number,
        totalAmount: Number,
        deliveryAddress: { formattedAddress: String, mobile: String, latitude: Number, longitude: Number },
        status: { type: String, default: 'pending' },
        paymentStatus: { type: String, default: 'pending' },
        paymentId: String,
      },
      { timestamps: true },
    ),
  ),
  riders: connection.model(
    'Rider',
    new mongoose.Schema(
      { userId: String, isAvailable: Boolean, isVerified: Boolean, location: point },
      { timestamps: true },
    ).index({ location: '2dsphere' }),
  ),
});
