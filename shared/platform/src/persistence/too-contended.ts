/** Others changed the same thing at the same moment, again and again: a conflict that may be tried again. */
export class TooContended extends Error {
  override name = 'TooContended';
}
