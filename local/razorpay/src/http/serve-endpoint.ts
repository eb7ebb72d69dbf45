import { setTimeout as wait } from 'node:timers/promises';
import type { Request, RequestHandler, Response } from 'express';
import { done, type Outcome, plainRefusal, type Refusal } from '../refusal.ts';
import { type Call, type Endpoint, routeOf } from './endpoint.ts';
import type { Fault, FaultPlan } from './fault-plan.ts';

const BAD_GATEWAY_PAGE =
  '<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n';

/** Where the `redirect` fault points: a client that follows it carries its credentials to a place it did not choose. */
export const REDIRECT_TARGET = '/_redirected';

/** One endpoint behind HTTP: claim, fault, work, answer. */
export const serveEndpoint =
  (
    endpoint: Endpoint,
    { faults, closing }: { faults: FaultPlan; closing: AbortSignal },
  ): RequestHandler<{ id?: string }> =>
  async (request, response) => {
    const call = callOf(request);
    const claim = endpoint.claim?.(call) ?? NO_CLAIM;
    if (claim.kind === 'refused') return sendRefusal(response, claim.refusal);
    try {
      const fault = faults.take(routeOf(endpoint));
      if (fault !== undefined && (await replaceAnswer(fault, response, closing)) === 'replaced') return;
      const outcome = endpoint.handle(call);
      if (fault?.kind === 'hang-up-after') response.destroy();
      else sendOutcome(response, outcome);
    } finally {
      claim.value();
    }
  };

const NO_CLAIM: Outcome<() => void> = done(() => undefined);

const callOf = (request: Request<{ id?: string }>): Call => ({
  id: request.params.id ?? '',
  query: request.query,
  body: request.body,
  header: (name) => request.get(name),
});

/** Puts the fault in the place of the answer, unless the fault lets the work happen. */
export const replaceAnswer = async (
  fault: Fault,
  response: Response,
  closing: AbortSignal,
): Promise<'replaced' | 'work goes on'> => {
  switch (fault.kind) {
    case '500':
      sendRefusal(
        response,
        plainRefusal(500, 'We are facing some trouble completing your request at the moment.', 'SERVER_ERROR'),
      );
      return 'replaced';
    case '502-html':
      response.status(502).type('html').send(BAD_GATEWAY_PAGE);
      return 'replaced';
    case '429':
      sendRefusal(response, plainRefusal(429, 'Request failed. Please try after sometime.'));
      return 'replaced';
    case 'redirect':
      response.redirect(302, REDIRECT_TARGET);
      return 'replaced';
    case 'hang-up':
      response.destroy();
      return 'replaced';
    case 'hang-up-after':
      return 'work goes on';
    case 'stall':
      return wait(fault.stallMs, undefined, { signal: closing }).then(
        () => 'work goes on' as const,
        () => {
          // The process is ending: the stalled client gets no answer, and the work is not done.
          response.destroy();
          return 'replaced' as const;
        },
      );
  }
};

export const sendOutcome = (response: Response, outcome: Outcome<object>): void => {
  if (outcome.kind === 'refused') sendRefusal(response, outcome.refusal);
  else response.json(outcome.value);
};

export const sendRefusal = (response: Response, { status, error }: Refusal): void => {
  response.status(status).json({ error });
};
