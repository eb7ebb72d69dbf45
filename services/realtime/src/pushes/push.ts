import type { PushName } from '@tiffin/contracts/pushes';

/** One message to everybody in one room. Pushes that share a payload object are one message: a socket in two of the rooms gets one copy. */
export type RoomPush = { readonly room: string; readonly event: PushName; readonly payload: object };

export const OPS_ROOM = 'ops';
export const userRoom = (userId: string): string => `user:${userId}`;
export const restaurantRoom = (restaurantId: string): string => `restaurant:${restaurantId}`;
export const orderRoom = (orderId: string): string => `order:${orderId}`;
