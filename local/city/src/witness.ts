/** What the city's people live through and no service can be asked about afterwards. */
export type Witness = {
  /** Somebody sets out for work under this name; from now on a rider may be on duty or a kitchen open. */
  setsOut(role: 'rider' | 'kitchen', sub: string): void;
  /** A rider has signed on, under this name. */
  onDuty(riderUserId: string): void;
  /** The bank has taken the customer's money. */
  paid(orderId: string): void;
  /** A kitchen heard `order:new`, in this connection of its socket. */
  told(push: { readonly orderId: string; readonly seq: number; readonly connection: string }): void;
  /** A kitchen that came back found the order in its list. */
  found(orderId: string): void;
};
