import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { SECOND } from '@tiffin/platform/clock';
import { withReleasers } from '@tiffin/platform/lifecycle/releasers';
import * as children from './children.ts';
import type { DataFolder } from './data-folder.ts';
import { openDoor } from './door.ts';
import { ensureIdentity, readIdentity, secretsInForce } from './identity.ts';
import { waitForLeftovers } from './leftovers.ts';
import { liveText } from './live-line.ts';
import type { StackOptions } from './options.ts';
import { portsFrom } from './ports.ts';
import { layOutRabbitmq } from './private-rabbitmq.ts';
import { waitUntilReady } from './readiness.ts';
import type { Report } from './report.ts';
import { settleInfrastructure } from './settle-infrastructure.ts';
import { forgetVhost, shareBroker } from './share-broker.ts';
import type { Found, StackFacts, StackFile } from './stack-file.ts';
import { keepRecord } from './stack-record.ts';
import { type ChildSpec, StartFailed, type Supervised, supervise } from './supervise.ts';

const READY_MS = 60 * SECOND;
const STACK_KEY_BYTES = 24;

export type Stack = {
  readonly file: StackFile;
  /** Starts the simulated city beside it, if this checkout has one. */
  startCity(): void;
  /** Stops all it started: city, services, Razorpay, RabbitMQ, store. Waits for each. */
  stop(): Promise<void>;
};

/**
 * Brings up the whole of Tiffin and resolves when every service says it is ready. Throws StartFailed with one message for a person when
 * it cannot; whatever had been started is stopped again by then, also when `giveUp` is aborted half way.
 */
export const startStack = ({
  options,
  env,
  folder,
  report,
  giveUp,
}: {
  options: StackOptions;
  env: NodeJS.ProcessEnv;
  folder: DataFolder;
  report: Report;
  giveUp: AbortSignal;
}): Promise<Stack> =>
  withReleasers(async (releasers) => {
    const orGivenUp = givingUp(giveUp);
    const ports = portsFrom(options.portBase);
    const data = folder.path;

    if (folder.abandoned) {
      const notice = (count: number) =>
        report.note(`The start before this one was killed; waiting for its ${count} processes.`);
      await orGivenUp(waitForLeftovers(data, notice));
    }
    const found = await orGivenUp(settleInfrastructure({ options, env, note: report.note }));
    if (options.fresh) {
      const before = await readIdentity(data).catch(() => undefined);
      if (before && found.rabbitmq.from === 'running') await forgetVhost(found.rabbitmq.url, before.id, env.PATH);
      await folder.empty();
      if (found.mongodb.from === 'env' || found.mongodb.from === 'running') {
        report.note(
          '--fresh forgets what the data folder holds; the databases tiffin-* of the MongoDB that was running stay.',
        );
      }
    }
    await folder.folder('logs');
    const identity = await ensureIdentity(data);
    const { secrets, toGive } = await secretsInForce(identity, env);

    const rabbitmq = await (async (): Promise<Found> => {
      const given = found.rabbitmq;
      switch (given.from) {
        case 'env':
          return { url: given.url, from: 'env' };
        case 'running': {
          const shared = await orGivenUp(shareBroker(given.url, identity.id, env.PATH));
          report.note(shared.note);
          releasers.push(async () => {
            const kept = await shared.tidy();
            if (kept !== undefined) report.note(kept);
          });
          return { url: shared.url, from: 'running' };
        }
        default:
          return { url: `amqp://guest:guest@127.0.0.1:${ports.rabbitmq}`, from: 'path' };
      }
    })();
    const mongodb: Found =
      'url' in found.mongodb
        ? { url: found.mongodb.url, from: found.mongodb.from }
        : { url: `mongodb://127.0.0.1:${ports.store}`, from: found.mongodb.from };
    const redis: Found | null = found.redis.from === 'absent' ? null : found.redis;
    const facts: StackFacts = {
      urls: children.urlsOn(ports, found.fake ? undefined : env.RAZORPAY_API_URL),
      infrastructure: { mongodb, rabbitmq, redis },
    };

    const all = new Map<string, Supervised>();
    const stackKey = randomBytes(STACK_KEY_BYTES).toString('base64url');
    const door = `http://127.0.0.1:${ports.door}`;
    const record = keepRecord(data, { ...facts, door, stackKey, secrets }, all);
    releasers.push(record.remove);
    const opened = await openDoor({ port: ports.door, key: stackKey, children: all });
    releasers.push(opened.close);

    const place = { data, ports, env: children.sharedEnvironment(env, facts, toGive) };
    const keep = (spec: ChildSpec): Supervised => {
      const child = supervise({ spec, tell: report.child, changed: record.update });
      all.set(child.name, child);
      return child;
    };
    /** Starts some side by side; they will be stopped side by side, before whatever was started earlier. */
    const startAll = async (specs: readonly ChildSpec[]): Promise<void> => {
      const group = specs.map(keep);
      releasers.push(() => Promise.all(group.map((child) => child.stop())));
      await orGivenUp(Promise.all(group.map((child) => child.start())));
    };

    const store: ChildSpec[] = [];
    if (found.mongodb.from === 'embedded') store.push(children.documentStore(place));
    if (found.mongodb.from === 'path') {
      store.push(children.privateMongod(place, found.mongodb.program, await folder.folder('mongodb')));
    }
    const broker: ChildSpec[] = [];
    if (found.rabbitmq.from === 'path') {
      const brokerEnv = await layOutRabbitmq(await folder.folder('rabbitmq'), ports, env);
      broker.push(children.privateRabbitmq({ ...place, env: brokerEnv }, found.rabbitmq.program));
    }
    await Promise.all([startAll(store), startAll(broker)]);
    await Promise.all([startAll(found.fake ? [children.fakeRazorpay(place)] : []), startAll(children.services(place))]);
    const services = Object.entries(facts.urls).filter(([name]) => name !== 'razorpay');
    await orGivenUp(
      Promise.all(
        services.map(async ([name, url]) => {
          const missing = await waitUntilReady(url, READY_MS);
          if (missing === undefined) return;
          const message = `${name} is not ready after ${READY_MS / SECOND} s: ${missing}. What it said: ${data}/logs/${name}.log`;
          throw new StartFailed(message, { misconfigured: false });
        }),
      ),
    );

    return {
      file: record.current(),
      startCity: () => {
        if (!existsSync(children.builtFile('local/city/dist/main.js'))) return;
        const onLine = (line: string) => {
          const text = liveText(line);
          if (text !== undefined) report.live(text);
        };
        const child = keep(children.city(place, onLine));
        releasers.push(child.stop);
        child.start().catch((failure: unknown) => report.note(failure instanceof Error ? failure.message : 'no city'));
      },
      stop: releasers.releaseAll,
    };
  });

/** Lets a wait end early with StartFailed when the person has had enough. */
const givingUp = (signal: AbortSignal) => {
  const failure = new StartFailed('Stopped before everything was ready.', { misconfigured: false });
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(failure), { once: true });
  });
  aborted.catch(() => undefined);
  return <Result>(work: Promise<Result>): Promise<Result> => {
    work.catch(() => undefined);
    return Promise.race([work, aborted]);
  };
};
