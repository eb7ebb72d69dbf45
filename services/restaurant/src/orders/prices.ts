import { distanceM, type Point } from '@tiffin/contracts/geo';
import { inPaise, MOST_PAISE, type Paise } from '@tiffin/contracts/money';
import type { OrderLine } from '@tiffin/contracts/order-api';

const FREE_DELIVERY_FROM_PAISE = 25_000;
const DELIVERY_FEE_PAISE = 4_900;
const PLATFORM_FEE_PAISE = 700;
const RIDER_EARNING_PAISE_PER_KM = 1_700;
const METRES_PER_KM = 1_000;

export type Prices = {
  readonly subtotalPaise: Paise;
  readonly deliveryFeePaise: Paise;
  readonly platformFeePaise: Paise;
  readonly totalPaise: Paise;
};

/** What the customer pays, from the menu's prices alone; undefined when that is more than anything here can cost. */
export const priceOrder = (items: readonly OrderLine[]): Prices | undefined => {
  const subtotalPaise = items.reduce((sum, { pricePaise, quantity }) => sum + pricePaise * quantity, 0);
  const deliveryFeePaise = subtotalPaise < FREE_DELIVERY_FROM_PAISE ? DELIVERY_FEE_PAISE : 0;
  const totalPaise = subtotalPaise + deliveryFeePaise + PLATFORM_FEE_PAISE;
  if (totalPaise > MOST_PAISE) return undefined;
  return {
    subtotalPaise: inPaise(subtotalPaise),
    deliveryFeePaise: inPaise(deliveryFeePaise),
    platformFeePaise: inPaise(PLATFORM_FEE_PAISE),
    totalPaise: inPaise(totalPaise),
  };
};

/** What the rider earns: each started kilometre from the kitchen's door to the customer's counts, the first always. */
export const riderEarningPaise = (pickup: Point, dropoff: Point): Paise =>
  inPaise(Math.max(1, Math.ceil(distanceM(pickup, dropoff) / METRES_PER_KM)) * RIDER_EARNING_PAISE_PER_KM);
