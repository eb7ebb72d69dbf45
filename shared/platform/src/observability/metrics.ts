import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** A registry with the measures of the process: memory, event loop, garbage collection, handles. */
export const createMetricsRegistry = ({ service }: { service: string }): Registry => {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  collectDefaultMetrics({ register: registry });
  return registry;
};

/** A number that is asked for when Prometheus asks, and absent while nobody knows it. */
export const measureOnDemand = (
  registry: Registry,
  { name, help, read }: { name: string; help: string; read: () => Promise<number> },
): void => {
  new Gauge({
    name,
    help,
    registers: [registry],
    async collect() {
      this.remove();
      const value = await read().catch(() => undefined);
      if (value !== undefined) this.set(value);
    },
  });
};

const STATUS_CLASSES = ['1xx', '2xx', '3xx', '4xx', '5xx'];

/** Records one answered request: the route's pattern (never the path: ids would make a series each), status, seconds. */
export type HttpMeasure = (method: string, route: string, status: number, seconds: number) => void;

export const createHttpMeasure = (registry: Registry): HttpMeasure => {
  const histogram = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time from the request line to the answer, by route pattern',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [registry],
  });
  return (method, route, status, seconds) =>
    histogram.observe({ method, route, status: STATUS_CLASSES[Math.floor(status / 100) - 1] ?? 'other' }, seconds);
};
