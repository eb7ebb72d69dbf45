import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { serviceName } from '@tiffin/contracts/claims';
import { consoleOrigins } from './console-address.ts';
import type { Ports } from './ports.ts';
import type { StackFacts } from './stack-file.ts';
import type { ChildSpec } from './supervise.ts';

const EXIT_WITH_PARENT = '--exit-with-parent';
const HOUSE = new URL('../../../', import.meta.url);

/** The built file of a workspace; this file runs from local/stack/dist, and from local/stack/src in tests. */
export const builtFile = (path: string): string => fileURLToPath(new URL(path, HOUSE));

/** Where the logs of a child are. */
const logOf = (data: string, child: string): string => join(data, 'logs', `${child}.log`);

/** The URLs of a stack on these ports. A Razorpay named in the environment is used instead of the fake one. */
export const urlsOn = (ports: Ports, razorpay: string | undefined): StackFacts['urls'] => {
  const at = (port: number): string => `http://127.0.0.1:${port}`;
  return {
    restaurant: at(ports.restaurant),
    rider: at(ports.rider),
    realtime: at(ports.realtime),
    utils: at(ports.utils),
    razorpay: razorpay ?? at(ports.razorpay),
  };
};

/** What the console's page needs to know of the world outside the services. */
type Page = {
  readonly origins: readonly string[];
  readonly supervisor: string;
  /** Absent when payments go to a Razorpay that is not ours. */
  readonly fakeRazorpay: string | undefined;
};

export const pageOn = (ports: Ports, { fake }: { fake: boolean }): Page => ({
  origins: consoleOrigins(ports.realtime),
  supervisor: `http://127.0.0.1:${ports.door}`,
  fakeRazorpay: fake ? `http://127.0.0.1:${ports.razorpay}` : undefined,
});

/**
 * The environment the services, the fake Razorpay and the city share. Whatever a person has set stays as it is: the values here are only
 * those that are absent. Only PORT is always ours, since it is a different one for each.
 */
export const sharedEnvironment = (
  env: NodeJS.ProcessEnv,
  { urls, infrastructure, page }: StackFacts & { page: Page },
  secrets: Readonly<Record<string, string>>,
): NodeJS.ProcessEnv => {
  const found: Record<string, string> = {
    MONGODB_URL: infrastructure.mongodb.url,
    RABBITMQ_URL: infrastructure.rabbitmq.url,
    ...(infrastructure.redis ? { REDIS_URL: infrastructure.redis.url } : {}),
    RESTAURANT_URL: urls.restaurant,
    RIDER_URL: urls.rider,
    REALTIME_URL: urls.realtime,
    UTILS_URL: urls.utils,
    RAZORPAY_API_URL: urls.razorpay,
    RAZORPAY_WEBHOOK_URL: `${urls.utils}/api/v1/webhooks/razorpay`,
    ALLOWED_ORIGINS: page.origins.join(','),
    CONSOLE_SUPERVISOR_URL: page.supervisor,
    ...(page.fakeRazorpay === undefined ? {} : { CONSOLE_RAZORPAY_URL: page.fakeRazorpay }),
    ...secrets,
  };
  const absent = Object.entries(found).filter(([name]) => !env[name]?.trim() && !env[`${name}_FILE`]?.trim());
  return { ...env, ...Object.fromEntries(absent) };
};

type Place = { readonly data: string; readonly ports: Ports; readonly env: NodeJS.ProcessEnv };

const nodeChild = (
  { data, env }: Place,
  name: ChildSpec['name'],
  port: number | null,
  args: readonly string[],
  more: Partial<ChildSpec['command']> = {},
): ChildSpec => ({
  name,
  port,
  command: { file: process.execPath, args, env, logFile: logOf(data, name), ...more },
});

export const documentStore = (place: Place): ChildSpec =>
  nodeChild(place, 'store', place.ports.store, [
    builtFile('local/document-store/dist/main.js'),
    ...['--port', String(place.ports.store), '--data', join(place.data, 'store'), EXIT_WITH_PARENT],
  ]);

export const privateMongod = (place: Place, program: string, folder: string): ChildSpec =>
  nodeChild(place, 'store', place.ports.store, [
    builtFile('local/stack/dist/private-mongod-command.js'),
    ...[program, folder, String(place.ports.store)],
  ]);

/** `env` is what `layOutRabbitmq` made. */
export const privateRabbitmq = (place: Place, program: string): ChildSpec =>
  nodeChild(place, 'rabbitmq', place.ports.rabbitmq, [
    builtFile('local/stack/dist/private-rabbitmq-command.js'),
    program,
  ]);

export const fakeRazorpay = (place: Place): ChildSpec => {
  const env = { ...place.env, PORT: String(place.ports.razorpay), DATA_FOLDER: join(place.data, 'razorpay') };
  return nodeChild({ ...place, env }, 'razorpay', place.ports.razorpay, [
    builtFile('local/razorpay/dist/main.js'),
    EXIT_WITH_PARENT,
  ]);
};

export const services = (place: Place): ChildSpec[] =>
  serviceName.options.map((name) => {
    const port = place.ports[name];
    const env = { ...place.env, PORT: String(port) };
    return nodeChild({ ...place, env }, name, port, [builtFile(`services/${name}/dist/main.js`), EXIT_WITH_PARENT]);
  });

/** The simulated city: a client of the four services like any other. Its standard output is `{"event":"live","text"}` lines. */
export const city = (place: Place, onLine: (line: string) => void): ChildSpec =>
  nodeChild(place, 'city', null, [builtFile('local/city/dist/main.js'), '--data', place.data, EXIT_WITH_PARENT], {
    onLine,
  });
