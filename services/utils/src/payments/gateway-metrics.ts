import { Gauge, Histogram, type Registry } from 'prom-client';
import type { GatewayFailure, RazorpayGateway } from './gateway.ts';

/** What a call to the gateway came to. `not_asked`: its circuit breaker was open. */
export type CallOutcome = 'ok' | 'not_asked' | GatewayFailure['kind'];

export type GatewayMetrics = {
  /** A call begins; the returned function ends it. */
  begun(call: keyof RazorpayGateway): (outcome: CallOutcome) => void;
  /** Whether the circuit breaker keeps calls from the gateway. */
  open(is: boolean): void;
};

/** Measures the payment gateway: how long each kind of call takes and what it comes to, and whether it is asked at all. */
export const createGatewayMetrics = (registry: Registry): GatewayMetrics => {
  const seconds = new Histogram({
    name: 'gateway_call_seconds',
    help: 'Time until the payment gateway answered, by call and by what it came to',
    labelNames: ['call', 'outcome'],
    buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [registry],
  });
  const breaker = new Gauge({
    name: 'gateway_breaker_open',
    help: '1 while the payment gateway is not asked because it answered nobody',
    registers: [registry],
  });
  breaker.set(0);
  return {
    begun: (call) => {
      const end = seconds.startTimer({ call });
      return (outcome) => void end({ outcome });
    },
    open: (is) => breaker.set(is ? 1 : 0),
  };
};
