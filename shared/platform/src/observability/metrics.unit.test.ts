import { expect, it } from 'vitest';
import { createHttpMeasure, createMetricsRegistry } from './metrics.ts';

it('measures requests by route pattern and class of status, beside the measures of the process', async () => {
  const registry = createMetricsRegistry({ service: 'utils' });
  const measure = createHttpMeasure(registry);
  measure('GET', '/things/:id', 200, 0.003);
  measure('GET', '/things/:id', 204, 0.2);
  measure('GET', '/things/:id', 404, 0.001);
  const text = await registry.metrics();
  expect(text).toContain(
    'http_request_duration_seconds_count{service="utils",method="GET",route="/things/:id",status="2xx"} 2',
  );
  expect(text).toContain(
    'http_request_duration_seconds_count{service="utils",method="GET",route="/things/:id",status="4xx"} 1',
  );
  expect(text).toContain('process_resident_memory_bytes');
});
