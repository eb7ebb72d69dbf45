import { distanceM } from '@tiffin/contracts/geo';
import type { OrderState } from './order.ts';

const METRES_PER_KM = 1_000;

/** "Flat no. 3B", "# 12", "2nd floor": words that only lead to a door, with what they number. */
const DOOR =
  /(?<=^|\s)(?:(?:(?:flat|house|door|plot|unit|apt|apartment|room|shop|no|number)\b[.:]?\s*|#\s*)+(?:[a-z](?=\s|$)|\S*\d\S*)|(?:\d+(?:st|nd|rd|th)|ground|first|second|third|top)\s+floor\b)/gi;
const HAS_DIGIT = /\d/;
/** "4th Block" and a PIN code are places of many doors. */
const MANY_DOORS = /^(?:\d+(?:st|nd|rd|th)|\d{6})$/i;
const HAS_LETTER = /\p{L}/u;

/**
 * Where roughly the customer lives: what a rider may know before he accepts. The first part of an address is the door and is left out, as
 * are house numbers before a street; of an address in one part no number is shown; where no name is left, how far it is. Never empty.
 */
export const dropoffArea = ({
  deliveryAddress,
  pickup,
  restaurantName,
}: Pick<OrderState, 'deliveryAddress' | 'pickup' | 'restaurantName'>): string => {
  const [door = '', ...area] = deliveryAddress.formattedAddress
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean);
  const known = area.length > 0 ? area.map(fromTheStreetOn).filter(Boolean).join(', ') : withoutNumbers(door);
  if (HAS_LETTER.test(known)) return known;
  const km = distanceM(pickup, deliveryAddress.location) / METRES_PER_KM;
  return `about ${Math.max(1, Math.round(km))} km from ${restaurantName}`;
};

const namesADoor = (word: string): boolean => HAS_DIGIT.test(word) && !MANY_DOORS.test(word);
const wordsOf = (part: string): string[] => part.replace(DOOR, ' ').split(/\s+/).filter(Boolean);

/** A later part keeps numbers behind a name ("Sector 21"), not those before it ("5 MG Road"). */
const fromTheStreetOn = (part: string): string => {
  const words = wordsOf(part);
  const name = words.findIndex((word) => !namesADoor(word));
  return name < 0 ? '' : words.slice(name).join(' ');
};

const withoutNumbers = (part: string): string =>
  wordsOf(part)
    .filter((word) => !namesADoor(word))
    .join(' ');
