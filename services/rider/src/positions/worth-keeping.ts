import { distanceM, type Point } from '@tiffin/contracts/geo';
import { SECOND } from '@tiffin/platform/clock';

/** A place farther away than this is another one; below it the receiver may only waver. */
const MOVED_M = 25;
/** Also who stands is kept again after so many milliseconds. */
export const KEEP_AGAIN_MS = 10 * SECOND;

/** Whether somebody who was at one place and then at the other has moved. */
export const hasMoved = (from: Point, to: Point): boolean => distanceM(from, to) > MOVED_M;
