/** What the broker holds differs from what this code needs. The message names the thing, the difference and the fix. */
export class TopologyMismatch extends Error {
  override readonly name = 'TopologyMismatch';
  /** The queue or exchange. */
  readonly subject: string;
  /** The argument that differs, or `missing` when the thing is not there at all. */
  readonly argument: string;

  constructor(subject: string, argument: string, message: string, cause: unknown) {
    super(message, { cause });
    this.subject = subject;
    this.argument = argument;
  }
}

const NOT_FOUND = 404;
const PRECONDITION_FAILED = 406;
// The reply text is a short string of at most 255 bytes, so with a long name its end may be missing.
const VALUE = /(?:the value )?('[^']*'|\w+)(?: of type '\w+')?/.source;
const INEQUIVALENT = new RegExp(
  `inequivalent arg '([^']+)' for (queue|exchange) '[^']+' in vhost '([^']*)'(?:: received ${VALUE} but current is ${VALUE})?`,
);

const codeOf = (error: unknown) => (error instanceof Error && 'code' in error ? error.code : undefined);

/** Turns the broker's refusal of a declaration of `subject` into a TopologyMismatch; any other error is returned as it is. */
export const explainRefusal = (error: unknown, subject: string): unknown => {
  const code = codeOf(error);
  if (code === NOT_FOUND) {
    const fix = 'Declare it with `npm run topology -- apply`, or let the services declare it (TOPOLOGY=declare).';
    return new TopologyMismatch(subject, 'missing', `'${subject}' does not exist on the broker. ${fix}`, error);
  }
  if (code !== PRECONDITION_FAILED) return error;

  const text = error instanceof Error ? error.message : String(error);
  const [, argument = 'unknown', kind = 'queue', vhost = '/', wanted, found] = INEQUIVALENT.exec(text) ?? [];
  const difference =
    wanted && found ? `needs ${argument} ${wanted}, the broker has ${found}` : `differs in ${argument}`;
  const fix =
    kind === 'queue'
      ? `Arguments of a queue never change: move its messages away, then \`rabbitmqctl -p '${vhost}' delete_queue '${subject}'\`; it is declared anew at the next connection.`
      : 'Delete the exchange in the management page; it is declared anew at the next connection.';
  return new TopologyMismatch(subject, argument, `'${subject}' ${difference}. ${fix}`, error);
};
