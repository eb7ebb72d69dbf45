/** A part of the world outside the services that can be taken away from them for a while, or why it cannot be here. */
export type Breakable =
  | { readonly kind: 'impossible'; readonly why: string }
  | {
      readonly kind: 'possible';
      /** A sentence for whoever asked, about what happens now. */
      effect(ms: number): string;
      /** Takes it away; after `ms` it comes back by itself. Resolves when it is away, false when it does not run. */
      begin(ms: number): Promise<boolean>;
      /** Until when it is away, if it is. */
      awayUntil(): Date | undefined;
      /** Gives it back now, for good: nothing begins afterwards. */
      end(): Promise<void>;
    };

export const impossible = (why: string): Breakable => ({ kind: 'impossible', why });
