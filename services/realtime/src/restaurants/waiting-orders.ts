import type { OrderId } from '@tiffin/contracts/ids';

/** The paid orders a restaurant has not answered yet, as its owner may see them; undefined when nobody can be asked now. Never rejects. */
export type WaitingOrders = (token: string, restaurantId: string) => Promise<readonly OrderId[] | undefined>;
