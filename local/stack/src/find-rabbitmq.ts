import { askBroker } from './broker-probe.ts';
import { findProgram } from './find-program.ts';

/** A broker, and which of the ways of design order it was; `missing` when there is none and none can be started. */
export type FoundRabbitmq = { notes: string[] } & (
  | { from: 'env'; url: string }
  | { from: 'running'; url: string; version: string }
  | { from: 'path'; program: string }
  | { from: 'missing' }
);

const USUAL_URL = 'amqp://guest:guest@127.0.0.1:5672';

/** RABBITMQ_URL to the letter, else a broker that answers guest on 5672, else `rabbitmq-server` as a child of ours. */
export const findRabbitmq = async ({
  given,
  path,
  usualUrl = USUAL_URL,
}: {
  given: string | undefined;
  path: string | undefined;
  usualUrl?: string;
}): Promise<FoundRabbitmq> => {
  const notes: string[] = [];
  if (given) return { from: 'env', url: given, notes };

  const answer = await askBroker(usualUrl);
  const { port } = new URL(usualUrl);
  switch (answer.kind) {
    case 'up':
      return { from: 'running', url: usualUrl, version: answer.version, notes };
    case 'too-old':
      notes.push(`The RabbitMQ on port ${port} is ${answer.version}; 3.10 or newer is needed. It was passed over.`);
      break;
    case 'login-refused':
    case 'no-vhost':
      notes.push(
        `The RabbitMQ on port ${port} refuses guest and was passed over. To use it: RABBITMQ_URL=amqp://USER:PASSWORD@127.0.0.1:${port} npm start`,
      );
      break;
    case 'away':
      if (!answer.reason.includes('ECONNREFUSED')) {
        notes.push(
          `Something listens on port ${port} but does not answer as a RabbitMQ (${answer.reason}); it was passed over.`,
        );
      }
  }
  const program = await findProgram('rabbitmq-server', path);
  return program ? { from: 'path', program, notes } : { from: 'missing', notes };
};
