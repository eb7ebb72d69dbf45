import type { Role, ServiceClaims, ServiceName, UserClaims, UserId } from '@tiffin/contracts/claims';

/** Who may call a route. There is no default: a route that names nobody is open to nobody. */
export type Who = readonly Role[] | 'signed-in' | 'service' | 'anyone';

export type UserPrincipal<R extends Role = Role> = {
  kind: 'user';
  userId: UserId;
  role: R;
  name?: string;
  claims: UserClaims;
};

export type ServicePrincipal = { kind: 'service'; claims: ServiceClaims };

/** Who holds the internal key: trusted as a service is, but the key does not say which one. */
export type InternalKeyPrincipal = { kind: 'internal-key' };

export type Anyone = { kind: 'anyone' };

export type Principal = UserPrincipal | ServicePrincipal | InternalKeyPrincipal | Anyone;

/** The principal a handler sees, as narrow as its `who` allows. */
export type PrincipalOf<W extends Who> = W extends 'anyone'
  ? Anyone
  : W extends 'service'
    ? ServicePrincipal | InternalKeyPrincipal
    : W extends 'signed-in'
      ? UserPrincipal
      : W extends readonly (infer R extends Role)[]
        ? UserPrincipal<R>
        : never;

/** A name for limits and idempotency keys, different for different principals; without one, the network address stands in. */
export const principalKey = (principal: Principal, address: string): string => {
  switch (principal.kind) {
    case 'user':
      return `user:${principal.userId}`;
    case 'service':
      return `service:${principal.claims.sub satisfies ServiceName}`;
    case 'internal-key':
      return 'internal-key';
    case 'anyone':
      return `address:${address}`;
  }
};
