import { measureOnDemand } from '@tiffin/platform/observability/metrics';
import type { DeliveryStore } from './delivery.store.ts';

/** `tiffin_silent_riders`: how many riders have a job and cannot be seen. */
export const measureSilence = (
  registry: Parameters<typeof measureOnDemand>[0],
  deliveries: Pick<DeliveryStore, 'countSilent'>,
): void =>
  measureOnDemand(registry, {
    name: 'tiffin_silent_riders',
    help: 'Riders with a job of whom no position has come for RIDER_SILENT_S',
    read: deliveries.countSilent,
  });
