import type { VhostAdmin } from './vhost-admin.ts';
import type { VhostGate } from './vhost-outage.ts';

/** A vhost closed and opened by the first of those who may. */
export const gateOf = (vhost: string, admins: readonly VhostAdmin[]): VhostGate => {
  const byWhoMay = async (act: (admin: VhostAdmin) => Promise<void>): Promise<void> => {
    const reasons: string[] = [];
    for (const admin of admins) {
      try {
        return await act(admin);
      } catch (error) {
        reasons.push(error instanceof Error ? error.message : `${admin.name} failed`);
      }
    }
    throw new Error(`nobody lets us change the permissions on the vhost ${vhost}: ${reasons.join('; ')}`);
  };
  return {
    shutOut: () => byWhoMay((admin) => admin.shutOut(vhost)),
    letIn: () => byWhoMay((admin) => admin.letIn(vhost)),
  };
};
