/**
 * A bounded memory of tokens whose signature and claims have been checked, the least recently used forgotten first.
 * Only a token that was verified gets in, so a stranger cannot fill it; the caller checks the expiry at every use.
 */
export const createVerifiedTokens = <Claims>(maximum: number) => {
  // A Map keeps insertion order: taking an entry out and putting it back makes it the youngest.
  const kept = new Map<string, Claims>();
  return {
    get(token: string): Claims | undefined {
      const claims = kept.get(token);
      if (claims === undefined) return undefined;
      kept.delete(token);
      kept.set(token, claims);
      return claims;
    },
    put(token: string, claims: Claims): void {
      kept.set(token, claims);
      if (kept.size <= maximum) return;
      const oldest = kept.keys().next();
      if (!oldest.done) kept.delete(oldest.value);
    },
    forget(token: string): void {
      kept.delete(token);
    },
    size: (): number => kept.size,
  };
};
