import type { ProblemCode } from '@tiffin/contracts/problem';

/** Why a connection is refused; the client finds the code in `connect_error` under `data`. */
export class SocketError extends Error {
  readonly data: { readonly code: ProblemCode };

  constructor(code: ProblemCode, message: string) {
    super(message);
    this.name = 'SocketError';
    this.data = { code };
  }
}
