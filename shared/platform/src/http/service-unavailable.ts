/** A fault: another service could not be asked. The server answers it 503, a consumer tries again later. */
export class ServiceUnavailable extends Error {
  readonly service: string;

  constructor(service: string, reason: string, cause?: unknown) {
    super(`${service} cannot be asked: ${reason}`, { cause });
    this.name = 'ServiceUnavailable';
    this.service = service;
  }
}
