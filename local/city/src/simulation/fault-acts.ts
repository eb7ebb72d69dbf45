import { SECOND } from '@tiffin/platform/clock';
import type { Bank } from './bank.ts';
import type { PlannedFault } from './fault-plan.ts';
import type { Supervisor } from './supervisor.ts';

/** How a fault is brought about, and ended where it does not end by itself. Both may be done twice. */
export type Act = { readonly what: string; begin(): Promise<void>; end?(): Promise<void> };

/** What has to be done at which door for a fault. */
export const actOf = (
  fault: PlannedFault,
  { supervisor, bank, tapTwice }: { supervisor: Supervisor; bank: Bank; tapTwice(twice: boolean): void },
): Act => {
  switch (fault.kind) {
    case 'kill-service':
      return {
        what: `${fault.service} was killed`,
        begin: () => supervisor.command(fault.service, 'kill'),
      };
    case 'pause-store':
      return {
        what: `the store freezes for ${seconds(fault.forMs)}`,
        begin: () => supervisor.takeAway('store', Math.round(fault.forMs)),
      };
    case 'stop-broker':
      return {
        what: `the broker is away for ${seconds(fault.forMs)}`,
        begin: () => supervisor.takeAway('rabbitmq', Math.round(fault.forMs)),
      };
    case 'duplicate-webhooks':
      return {
        what: `each webhook comes ${fault.copies + 1} times`,
        begin: () => bank.webhooks({ duplicate: fault.copies }),
        end: () => bank.webhooks({ duplicate: 0 }),
      };
    case 'lose-webhooks':
      return {
        what: 'webhooks are lost',
        begin: () => bank.webhooks({ deliver: false }),
        end: () => bank.webhooks({ deliver: true }),
      };
    case 'reorder-webhooks':
      return {
        what: 'webhooks come backwards',
        begin: () => bank.webhooks({ reorder: true }),
        end: () => bank.webhooks({ reorder: false }),
      };
    case 'double-taps': {
      const tap = (twice: boolean) => async () => tapTwice(twice);
      return { what: 'kitchens and riders tap twice', begin: tap(true), end: tap(false) };
    }
  }
};

const seconds = (ms: number) => `${(ms / SECOND).toFixed(1)} s`;
