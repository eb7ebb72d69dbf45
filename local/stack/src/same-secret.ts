import { createHash, timingSafeEqual } from 'node:crypto';

// Hashed first: timingSafeEqual wants equal lengths, and the length of a secret is nobody's business.
const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Whether two secrets are the same, in a time that says nothing about where they differ. */
export const sameSecret = (given: string, known: string): boolean => timingSafeEqual(digest(given), digest(known));
