import type { PushName } from '@tiffin/contracts/pushes';
import { Counter, Gauge, type Registry } from 'prom-client';

/** What this service counts. Labels are known words; ids never appear. */
export const createRealtimeMetrics = (
  registry: Registry,
  { sockets, streams }: { sockets: () => number; streams: () => number },
) => {
  const registers = [registry];
  const gauge = (name: string, help: string, read: () => number) =>
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read());
      },
    });
  gauge('realtime_sockets', 'Sockets open now', sockets);
  gauge('realtime_order_streams', 'Orders whose newest events this node holds', streams);
  const pushes = new Counter({
    name: 'realtime_pushes_total',
    help: 'Messages pushed, by event; one to several rooms counts once',
    labelNames: ['event'],
    registers,
  });
  const lookUps = new Counter({
    name: 'realtime_history_look_ups_total',
    help: 'Histories asked of the restaurant service, by answer',
    labelNames: ['result'],
    registers,
  });
  const gaps = new Counter({
    name: 'realtime_gaps_total',
    help: 'Times an event arrived before the one in front of it',
    registers,
  });
  const refused = new Counter({
    name: 'realtime_refused_total',
    help: 'Connections and requests refused, by code',
    labelNames: ['code'],
    registers,
  });
  const cut = new Counter({
    name: 'realtime_slow_sockets_cut_total',
    help: 'Sockets cut off for not reading',
    registers,
  });
  return {
    pushed: (event: PushName) => pushes.inc({ event }),
    lookUp: (result: string) => lookUps.inc({ result }),
    gap: () => gaps.inc(),
    refused: (code: string) => refused.inc({ code }),
    cut: (count: number) => cut.inc(count),
  };
};
