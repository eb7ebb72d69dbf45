/** A fault: another service could not be asked. The server answers it 503, a consumer tries again later. */
export class ServiceUnavailable extends Error {
  readonly service: string;

  constructor(service: string, reason: string, cause?: unknown) {
    super(`${service} cannot be asked: ${reason}`, cause === undefined ? undefined : { cause });
    this.name = 'ServiceUnavailable';
    this.service = service;
    // An outage elsewhere is expected, and where we noticed it mends nothing: one line in the log. A cause keeps its own stack.
    this.stack = '';
  }
}
