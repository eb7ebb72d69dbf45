import type { LocationsReply, reportLocations } from '@tiffin/contracts/rider-api';
import type * as z from 'zod';

export type LocationsAnswer =
  | { kind: 'taken'; reply: LocationsReply }
  | { kind: 'refused'; code: string }
  | { kind: 'away' };

/** Hands a rider's positions to the rider service, under the rider's own token: it has the only say. Never rejects. */
export type ReportLocations = (token: string, report: z.output<typeof reportLocations>) => Promise<LocationsAnswer>;
