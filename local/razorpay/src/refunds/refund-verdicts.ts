/** What the bank will say to a refund, and when; without a time it takes the usual one. */
export interface RefundVerdict {
  readonly outcome: 'processed' | 'failed';
  readonly afterMs?: number | undefined;
}

export interface RefundPlan {
  /** So many of the next refunds fail when they are settled, whoever asks for them. */
  readonly failNext: number;
  /** How long each refund is pending; null: the usual time. */
  readonly settleAfterMs: number | null;
}

const NOTHING_PLANNED: RefundPlan = { failNext: 0, settleAfterMs: null };

/** How the bank takes the refunds to come. Like the faults it is forgotten when the process ends. */
export const createRefundVerdicts = () => {
  let plan = NOTHING_PLANNED;
  return {
    plan: (): RefundPlan => plan,
    set: (changes: { readonly [Key in keyof RefundPlan]?: RefundPlan[Key] | undefined }): RefundPlan => {
      const { failNext = plan.failNext, settleAfterMs = plan.settleAfterMs } = changes;
      plan = { failNext, settleAfterMs };
      return plan;
    },
    /** The verdict of the refund that is being made; a failure is used up. */
    next: (): RefundVerdict => {
      const fails = plan.failNext > 0;
      if (fails) plan = { ...plan, failNext: plan.failNext - 1 };
      return { outcome: fails ? 'failed' : 'processed', afterMs: plan.settleAfterMs ?? undefined };
    },
    clear: (): void => {
      plan = NOTHING_PLANNED;
    },
  };
};

export type RefundVerdicts = ReturnType<typeof createRefundVerdicts>;
