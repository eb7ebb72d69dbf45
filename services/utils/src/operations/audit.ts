/** What a person is about to do: who, what, to what, and how exactly. */
export type AuditedAction = {
  readonly who: string;
  /** `<noun>.<verb>`. */
  readonly action: string;
  readonly target: string;
  readonly detail: Readonly<Record<string, unknown>>;
};

export type AuditEntry = AuditedAction & { readonly id: string; readonly at: Date };
