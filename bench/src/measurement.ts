import type { SharedCity } from './city/shared-city.ts';
import type { Measured } from './figure.ts';
import type { SharedBroker } from './load/broker.ts';

/** What every measurement is given. */
export type Bench = {
  /** Measured rounds of each side, after one that warms up. */
  readonly rounds: number;
  /** How many riders are on duty in the city. */
  readonly riders: number;
  /** Whether to measure among a million riders too, where that is offered. */
  readonly million: boolean;
  readonly broker: SharedBroker;
  readonly city: SharedCity;
  /** Progress, for the impatient. */
  say(text: string): void;
};

export type Measurement = (bench: Bench) => Promise<Measured>;
