import { brokenRule, done, nothingNew, type Outcome } from '../messaging/outcome.ts';

/** What a consumer answers after a change: written, or nothing to write; only a broken rule is a dead letter. */
export const outcomeOf = (result: { readonly kind: string; readonly reason?: string }): Outcome => {
  switch (result.kind) {
    case 'committed':
      return done();
    case 'broken-rule':
      return brokenRule(result.reason ?? 'the event breaks a rule');
    default:
      return nothingNew();
  }
};
