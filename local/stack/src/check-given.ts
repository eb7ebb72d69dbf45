import { mongodbUrl, rabbitmqUrl } from '@tiffin/platform/config/settings';
import { askBroker } from './broker-probe.ts';
import { askMongodb } from './mongodb-hello.ts';

/** What is wrong with an address a person has given, as the end of a sentence that begins with its name. */
export type GivenProblem = { readonly problem: string; readonly wrongVersion: boolean };

const USUAL_MONGODB_PORT = 27_017;

/** The one host of a plain address; undefined for a cluster, whose members are the driver's business. */
const onlyHostOf = (url: string): { host: string; port: number } | undefined => {
  const hosts = /^mongodb:\/\/(?:[^@/]*@)?([^/?]+)/.exec(url)?.[1];
  if (hosts === undefined || hosts.includes(',')) return undefined;
  const [host = '', port = String(USUAL_MONGODB_PORT)] = hosts.split(':');
  return { host, port: Number(port) };
};

/** Whether a text is an address at all. What is none is the services' to refuse, with everything else that is wrong. */
export const isAddress = (kind: 'MONGODB_URL' | 'RABBITMQ_URL', text: string): boolean =>
  (kind === 'MONGODB_URL' ? mongodbUrl : rabbitmqUrl).safeParse(text).success;

/** Whether the MongoDB a person named answers. A login is not tried: the services say what comes of it. */
export const checkGivenMongodb = async (url: string): Promise<GivenProblem | undefined> => {
  const only = onlyHostOf(url);
  if (only === undefined) return undefined;
  const { kind } = await askMongodb(only.host, only.port);
  if (kind === 'away') return { problem: 'names a MongoDB that does not answer', wrongVersion: false };
  return kind === 'too-old' ? { problem: 'names a MongoDB older than 4.4', wrongVersion: true } : undefined;
};

/** Whether the broker a person named answers, is new enough, and lets this user into this vhost. */
export const checkGivenRabbitmq = async (url: string): Promise<GivenProblem | undefined> => {
  if (!isAddress('RABBITMQ_URL', url)) return undefined;
  const { kind } = await askBroker(url);
  switch (kind) {
    case 'up':
      return undefined;
    case 'too-old':
      return { problem: 'names a RabbitMQ older than 3.10', wrongVersion: true };
    case 'login-refused':
      return { problem: 'names a RabbitMQ that refuses this user and password', wrongVersion: false };
    case 'no-vhost':
      return {
        problem: 'names a vhost that RabbitMQ does not have or does not let this user into',
        wrongVersion: false,
      };
    case 'away':
      return { problem: 'names a RabbitMQ that does not answer', wrongVersion: false };
  }
};

/** The sentence for a person: what is wrong, and the way out. */
export const givenProblemText = (variable: string, { problem }: GivenProblem): string =>
  `${variable} ${problem}. Correct it, or unset it and one is looked for.`;
