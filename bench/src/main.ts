import { loadavg } from 'node:os';
import { createSharedCity } from './city/shared-city.ts';
import { measureFrameRate } from './console/frame-rate.ts';
import { measureDispatch } from './dispatch/compare.ts';
import type { Figure, Measured } from './figure.ts';
import { meets } from './figure.ts';
import { createSharedBroker } from './load/broker.ts';
import { describeMachine } from './machine.ts';
import type { Measurement } from './measurement.ts';
import { measureConsumeRate } from './messaging/consume-rate.ts';
import { measurePublishRate } from './messaging/publish-rate.ts';
import { measureNearest } from './near/nearest.ts';
import { HELP, type MeasurementName, type Options, readOptions } from './options.ts';
import { measurePlacePayReady } from './orders/place-pay-ready.ts';
import { measureReadyToOffer } from './orders/ready-to-offer.ts';
import { measureWholePath } from './orders/whole-path.ts';
import { measureLostPayments } from './payments/lost-payments.ts';
import { measureWebhookAnswer } from './payments/webhook-answer.ts';
import { measurePointRate } from './positions/point-rate.ts';
import { measureOfferFanout } from './pushes/offer-fanout.ts';
import { writeResults } from './results.ts';
import { measureBoot } from './start/boot.ts';
import { measureStore } from './store/store-rate.ts';
import { tableOf } from './table.ts';

const measurements: Record<MeasurementName, Measurement> = {
  publish: measurePublishRate,
  consume: measureConsumeRate,
  store: measureStore,
  offer: measureReadyToOffer,
  fanout: measureOfferFanout,
  path: measureWholePath,
  order: measurePlacePayReady,
  webhooks: measureWebhookAnswer,
  reconcile: measureLostPayments,
  boot: measureBoot,
  console: measureFrameRate,
  near: measureNearest,
  positions: measurePointRate,
  dispatch: measureDispatch,
};

const bench = async ({ only, rounds, riders, million, json }: Options): Promise<number> => {
  const machine = await describeMachine();
  const results: Partial<Record<MeasurementName, Measured>> = {};
  const broker = createSharedBroker();
  const city = createSharedCity(riders, broker, (text) => console.error(`city: ${text}`));
  let givingUp: Promise<void> | undefined;
  const giveUp = () => {
    givingUp ??= city
      .close()
      .then(broker.close)
      .finally(() => process.exit(1));
  };
  process.once('SIGINT', giveUp).once('SIGTERM', giveUp);

  for (const name of only) {
    const say = (text: string) => console.error(`${name}: ${text}`);
    try {
      results[name] = await measurements[name]({ rounds, riders, million, broker, city, say });
    } catch (error) {
      await givingUp; // which ends the process
      say(`could not be measured: ${error instanceof Error ? (error.stack ?? error.message) : error}`);
      results[name] = { figures: [], notes: [], faults: [`${name} could not be measured: ${error}`] };
    }
  }
  await city.close();
  await broker.close();
  const measured = Object.values(results);
  const figures = measured.flatMap((result): readonly Figure[] => result.figures);
  const faults = measured.flatMap((result) => result.faults);
  const report = { at: new Date().toISOString(), machine: { ...machine, loadAfter: loadavg()[0] }, rounds, results };
  const file = await writeResults(report);

  if (json) console.log(JSON.stringify(report));
  else {
    const { cores, processor, memoryGB, node, eventsPerCpuMs, loadBefore } = machine;
    console.log(
      `\n${cores} cores (${processor}, ${eventsPerCpuMs} events as JSON in a CPU-ms), ${memoryGB} GB, Node ${node}; load before: ${loadBefore.toFixed(2)}.`,
    );
    if (loadBefore > cores) console.log('Somebody else was working on this machine: read the ratios, not the figures.');
    console.log('');
    console.log(tableOf(figures));
    for (const table of measured.flatMap(({ tables = [] }) => tables)) console.log(`\n${table}`);
    console.log(`\n${measured.flatMap(({ notes }) => notes.map((note) => `- ${note}`)).join('\n')}`);
    const missed = figures.filter((figure) => meets(figure) === false).length;
    console.log(`\n${missed === 0 ? 'Every target was kept.' : `Targets missed: ${missed}.`} Written to ${file}`);
  }
  for (const fault of faults) console.error(`FAULT: ${fault}`);
  return faults.length > 0 ? 1 : 0;
};

const read = readOptions(process.argv.slice(2));
switch (read.kind) {
  case 'help':
    console.log(HELP);
    break;
  case 'problem':
    console.error(read.message);
    process.exitCode = 2;
    break;
  case 'options':
    process.exitCode = await bench(read.options);
}
