/** Where everything of one stack listens, counted from its base. */
export const portsFrom = (base: number) => ({
  door: base,
  restaurant: base + 1,
  rider: base + 2,
  realtime: base + 3,
  utils: base + 4,
  razorpay: base + 10,
  store: base + 17,
  rabbitmq: base + 72,
  /** Erlang's distribution of the private RabbitMQ. */
  rabbitmqDistribution: base + 73,
  /** Its own name daemon: the machine's would be shared with brokers that are not ours, and outlive us. */
  rabbitmqNames: base + 74,
});
export type Ports = ReturnType<typeof portsFrom>;

export const DEFAULT_PORT_BASE = 4_000;
/** Below 1024 a port needs root; the highest port of a stack is base + 74. */
export const PORT_BASE_BOUNDS = { min: 1_024, max: 65_535 - 74 };
