import type { QueueDepths } from '@tiffin/platform/messaging/queue-depths';
import { Gauge, type Registry } from 'prom-client';

/** `tiffin_queue_messages`: asked of the broker when Prometheus asks, and absent while the broker is away, for nobody knows then. */
export const measureQueues = (registry: Registry, queueDepths: QueueDepths): void => {
  new Gauge({
    name: 'tiffin_queue_messages',
    help: 'Messages waiting in a durable queue, on its retry ladder, or dead',
    labelNames: ['queue', 'kind'],
    registers: [registry],
    async collect() {
      const depths = await queueDepths.read().catch(() => []);
      this.reset();
      for (const { queue, ready, retry, dead } of depths) {
        this.set({ queue, kind: 'ready' }, ready);
        this.set(
          { queue, kind: 'retry' },
          retry.reduce((sum, { messages }) => sum + messages, 0),
        );
        this.set({ queue, kind: 'dead' }, dead);
      }
    },
  });
};
