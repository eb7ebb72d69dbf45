import { orderStatus } from '@tiffin/contracts/order-api';
import { expect, test } from 'vitest';
import { customerMayCancel, kitchenVerbs } from './order-verbs.ts';

test('the kitchen may cancel from the moment it hears of an order until the rider has the food', () => {
  expect(orderStatus.options.filter((status) => kitchenVerbs(status).includes('cancel'))).toEqual([
    'placed',
    'accepted',
    'preparing',
    'ready_for_rider',
    'rider_assigned',
  ]);
});

test('the kitchen answers a placed order and may skip the preparing', () => {
  expect(kitchenVerbs('placed')).toEqual(['accept', 'reject', 'cancel']);
  expect(kitchenVerbs('accepted')).toContain('ready');
});

test('the customer may cancel until the kitchen has answered', () => {
  expect(orderStatus.options.filter(customerMayCancel)).toEqual(['pending_payment', 'placed']);
});
