import { SECOND } from '@tiffin/platform/clock';
import type { Logger } from '@tiffin/platform/observability/logger';
import CircuitBreaker from 'opossum';
import type { GatewayFailure, GatewayResult, RazorpayGateway } from './gateway.ts';
import type { GatewayMetrics } from './gateway-metrics.ts';

/** Over half of at least so many calls within the window unanswered: the gateway is left alone for a while. */
const VOLUME = 10;
const WINDOW_MS = 10 * SECOND;
const MORE_THAN_PERCENT = 50;
const REST_MS = 5 * SECOND;

const UNANSWERED = Symbol('unanswered');

/** Nothing was sent, so nothing happened: whoever asks may ask again in other words. */
const NOT_ASKED: GatewayFailure = { ok: false, kind: 'unavailable', reason: 'the gateway is left alone for a while' };

/**
 * The same gateway behind a circuit breaker. A gateway that answers nobody is not asked for `restMs`; then one call tries it, and the rest
 * follows when that one is answered. A refusal (`rejected`, `conflict`) is an answer: a thousand of them open nothing.
 */
export const withBreaker = ({
  gateway,
  metrics,
  logger,
  restMs = REST_MS,
}: {
  gateway: RazorpayGateway;
  metrics: GatewayMetrics;
  logger: Logger;
  restMs?: number;
}): RazorpayGateway => {
  // Every call has its own deadline: the breaker's would end one that perhaps moved money.
  const breaker = new CircuitBreaker((call: () => Promise<void>) => call(), {
    timeout: false,
    volumeThreshold: VOLUME,
    rollingCountTimeout: WINDOW_MS,
    errorThresholdPercentage: MORE_THAN_PERCENT,
    resetTimeout: restMs,
  });
  breaker.on('open', () => {
    metrics.open(true);
    logger.error({}, 'the payment gateway answers nobody: it is left alone for a while');
  });
  breaker.on('close', () => {
    metrics.open(false);
    logger.info({}, 'the payment gateway answers again');
  });

  const guarded = async <Value>(
    name: keyof RazorpayGateway,
    call: () => Promise<GatewayResult<Value>>,
  ): Promise<GatewayResult<Value>> => {
    let result: GatewayResult<Value> | undefined;
    const answered = metrics.begun(name);
    try {
      await breaker.fire(async () => {
        result = await call();
        if (!isAnswer(result)) throw UNANSWERED;
      });
    } catch (error) {
      if (error !== UNANSWERED && !(error instanceof Error && CircuitBreaker.isOurError(error))) throw error;
    }
    answered(result === undefined ? 'not_asked' : result.ok ? 'ok' : result.kind);
    return result ?? NOT_ASKED;
  };

  return {
    createOrder: (order) => guarded('createOrder', () => gateway.createOrder(order)),
    payment: (id, options) => guarded('payment', () => gateway.payment(id, options)),
    paymentsOf: (id) => guarded('paymentsOf', () => gateway.paymentsOf(id)),
    refundsOf: (id) => guarded('refundsOf', () => gateway.refundsOf(id)),
    refund: (refund) => guarded('refund', () => gateway.refund(refund)),
  };
};

const isAnswer = (result: GatewayResult<unknown>): boolean =>
  result.ok || result.kind === 'rejected' || result.kind === 'conflict';
