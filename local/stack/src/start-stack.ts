import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { SECOND } from '@tiffin/platform/clock';
import { type Releasers, withReleasers } from '@tiffin/platform/lifecycle/releasers';
import * as children from './children.ts';
import { createConsoleCodes } from './console-codes.ts';
import { createConsoleDoor } from './console-sign-in.ts';
import type { DataFolder } from './data-folder.ts';
import { tokenSigner } from './development-tokens.ts';
import { openDoor } from './door.ts';
import { createFamily } from './family.ts';
import type { FoundMongodb } from './find-mongodb.ts';
import type { FoundRabbitmq } from './find-rabbitmq.ts';
import { forgetData } from './forget-data.ts';
import { ensureIdentity, secretsInForce } from './identity.ts';
import { waitForLeftovers } from './leftovers.ts';
import { liveText } from './live-line.ts';
import type { StackOptions } from './options.ts';
import { type Ports, portsFrom } from './ports.ts';
import { layOutRabbitmq } from './private-rabbitmq.ts';
import { waitUntilReady } from './readiness.ts';
import type { Report } from './report.ts';
import { settleInfrastructure } from './settle-infrastructure.ts';
import { shareBroker } from './share-broker.ts';
import { breakagesOf } from './stack-breakages.ts';
import type { ChildName, Found, StackFacts, StackFile } from './stack-file.ts';
import { keepRecord, type StackRecord } from './stack-record.ts';
import { StartFailed } from './start-failed.ts';
import { startTogether } from './start-together.ts';
import type { ChildSpec } from './supervise.ts';
import type { VhostGate } from './vhost-outage.ts';

const READY_MS = 60 * SECOND;
const STACK_KEY_BYTES = 24;

export type Stack = {
  readonly file: StackFile;
  /** The link that signs a person in to the console, once. */
  readonly consoleUrl: string;
  /** Starts the simulated city beside it, if this checkout has one. */
  startCity(): void;
  /** Stops all it started: city, services, Razorpay, RabbitMQ, store. Waits for each. */
  stop(): Promise<void>;
};

type Start = {
  readonly options: StackOptions;
  readonly env: NodeJS.ProcessEnv;
  readonly folder: DataFolder;
  readonly report: Report;
  readonly giveUp: AbortSignal;
};

/**
 * Brings up the whole of Tiffin and resolves when every service says it is ready. Throws StartFailed with one message for a person when
 * it cannot; whatever had been started is stopped again by then, also when `giveUp` is aborted half way.
 */
export const startStack = (start: Start): Promise<Stack> =>
  withReleasers(async (releasers) => {
    const { options, env, folder, report } = start;
    const orGivenUp = givingUp(start.giveUp);
    const data = folder.path;
    const ports = portsFrom(options.portBase);

    report.step('looking');
    if (folder.abandoned) await orGivenUp(waitForLeftovers(data, (count) => report.note(leftoversNote(count))));
    const found = await orGivenUp(settleInfrastructure({ options, env, note: report.note }));
    if (options.fresh) await forgetData({ folder, found, path: env.PATH, note: report.note });
    await folder.folder('logs');
    const identity = await ensureIdentity(data);
    const { secrets, toGive } = await secretsInForce(identity, env);

    let record: StackRecord | undefined;
    const family = createFamily({ releasers, tell: report.child, changed: () => record?.update() });
    const alone = { data, ports, env };
    const store = await storeSpecs(found.mongodb, alone, folder);
    const broker = await brokerSpecs(found.rabbitmq, alone, folder);
    report.step('infrastructure');
    const [{ place: rabbitmq, gate }] = await orGivenUp(
      Promise.all([
        placeOnBroker(found.rabbitmq, { ...start, ports, id: identity.id, releasers }),
        family.start(store),
        family.start(broker),
      ]),
    );

    const facts: StackFacts = {
      urls: children.urlsOn(ports, found.fake ? undefined : env.RAZORPAY_API_URL),
      infrastructure: {
        mongodb: placeOfDocuments(found.mongodb, ports),
        rabbitmq,
        redis: found.redis.from === 'absent' ? null : found.redis,
      },
    };
    const stackKey = randomBytes(STACK_KEY_BYTES).toString('base64url');
    const door = `http://127.0.0.1:${ports.door}`;
    record = keepRecord(data, { ...facts, door, stackKey, secrets }, family.members);
    releasers.push(record.remove);
    const { JWT_SECRET: secret } = secrets;
    const consoleDoor = createConsoleDoor({
      codes: createConsoleCodes(),
      sign: secret === undefined ? undefined : tokenSigner(secret),
      stackKey,
      realtimeUrl: facts.urls.realtime,
    });
    const find = (name: ChildName) => family.members.get(name);
    const breakages = breakagesOf({ found, gate, find, brokerUrl: rabbitmq.url, env });
    const page = children.pageOn(ports, found);
    const opened = await openDoor({
      port: ports.door,
      key: stackKey,
      origins: page.origins,
      children: family.members,
      console: consoleDoor,
      breakages,
    });
    releasers.push(opened.close);
    const endBreakages = () =>
      breakages.end().catch((failure: unknown) => {
        const reason = failure instanceof Error ? failure.message : 'it failed';
        report.note(`What was taken away could not be given back: ${reason}. The next start does it.`);
      });
    releasers.push(endBreakages);

    const place = { data, ports, env: children.sharedEnvironment(env, { ...facts, page }, toGive) };
    report.step('services');
    const outside = found.fake ? [children.fakeRazorpay(place)] : [];
    await orGivenUp(startTogether([family.start(outside), family.start(children.services(place))]));
    // Once more, and so before the services at a stop: they hand back what they hold, and the broker must be there for it.
    releasers.push(endBreakages);
    report.step('readiness');
    await orGivenUp(allReady(facts.urls, data));

    return {
      file: record.current(),
      consoleUrl: consoleDoor.firstUrl(),
      startCity: () => {
        if (!existsSync(children.builtFile('local/city/dist/main.js'))) return;
        const onLine = (line: string) => {
          const text = liveText(line);
          if (text !== undefined) report.live(text);
        };
        family
          .start([children.city(place, onLine)])
          .catch((failure: unknown) => report.note(failure instanceof Error ? failure.message : 'the city failed'));
      },
      stop: releasers.releaseAll,
    };
  });

const leftoversNote = (count: number): string =>
  `The start before this one was killed; waiting for its ${count} process${count === 1 ? '' : 'es'} to end.`;

type Place = { data: string; ports: Ports; env: NodeJS.ProcessEnv };

const storeSpecs = async (found: FoundMongodb, place: Place, folder: DataFolder): Promise<ChildSpec[]> => {
  if (found.from === 'embedded') return [children.documentStore(place)];
  return found.from === 'path' ? [children.privateMongod(place, found.program, await folder.folder('mongodb'))] : [];
};

const brokerSpecs = async (found: FoundRabbitmq, place: Place, folder: DataFolder): Promise<ChildSpec[]> => {
  if (found.from !== 'path') return [];
  const env = await layOutRabbitmq(await folder.folder('rabbitmq'), place.ports, place.env);
  return [children.privateRabbitmq({ ...place, env }, found.program)];
};

const placeOfDocuments = (found: FoundMongodb, ports: Ports): Found =>
  'url' in found
    ? { url: found.url, from: found.from }
    : { url: `mongodb://127.0.0.1:${ports.store}`, from: found.from };

/** Where messages go: to the letter where a person said so, to a vhost of our own on a shared broker, else to our own broker. */
const placeOnBroker = async (
  found: FoundRabbitmq,
  { ports, id, env, report, releasers }: Start & { ports: Ports; id: string; releasers: Releasers },
): Promise<{ place: Found; gate?: VhostGate | undefined }> => {
  if (found.from === 'env') return { place: { url: found.url, from: 'env' } };
  if (found.from !== 'running') {
    return { place: { url: `amqp://guest:guest@127.0.0.1:${ports.rabbitmq}`, from: 'path' } };
  }
  const sharing = shareBroker(found.url, id, env.PATH);
  // Known to the clean-up before it is made: an interrupted start would otherwise leave a vhost that is still on its way.
  releasers.push(async () => {
    const kept = await (await sharing).tidy();
    if (kept !== undefined) report.note(kept);
  });
  const { url, note, gate } = await sharing;
  report.note(note);
  return { place: { url, from: 'running' }, gate };
};

/** Resolves when every service answers that it is ready; throws with what one of them still lacks when time runs out. */
const allReady = async ({ razorpay: _, ...services }: StackFacts['urls'], data: string): Promise<void> => {
  const waits = Object.entries(services).map(async ([name, url]) => {
    const missing = await waitUntilReady(url, READY_MS);
    if (missing === undefined) return;
    const message = `${name} is not ready after ${READY_MS / SECOND} s: ${missing}. What it said: ${data}/logs/${name}.log`;
    throw new StartFailed(message);
  });
  await Promise.all(waits);
};

/** Lets a wait end early with StartFailed when the person has had enough. */
const givingUp = (signal: AbortSignal) => {
  const failure = new StartFailed('Stopped before everything was ready.');
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(failure), { once: true });
  });
  aborted.catch(() => undefined);
  return <Result>(work: Promise<Result>): Promise<Result> => {
    work.catch(() => undefined);
    return Promise.race([work, aborted]);
  };
};
