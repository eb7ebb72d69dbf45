import { startPeerPayments } from './payments.ts';
import { type PeerService, readPeerSettings } from './peer-settings.ts';
import { startPeerRealtime } from './realtime.ts';
import { startPeerRestaurant } from './restaurant.ts';
import { startPeerRider } from './rider.ts';

// node dist/peer/peer-command.js SERVICE: one service of the stand-in, for as long as whoever started it lives.
const start = {
  restaurant: startPeerRestaurant,
  payments: startPeerPayments,
  rider: startPeerRider,
  realtime: startPeerRealtime,
};
const isService = (name: string | undefined): name is PeerService => name !== undefined && Object.hasOwn(start, name);

const [name] = process.argv.slice(2);
if (!isService(name)) throw new Error('a service of the stand-in: restaurant, payments, rider or realtime');
process.stdin.on('end', () => process.exit(0)).resume();
const port = await start[name](readPeerSettings(process.env));
console.log(JSON.stringify({ event: 'ready', port }));
