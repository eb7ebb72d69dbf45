// In JSON a string followed by a colon is a member's name; a string value never is.
const MEMBER_NAMES = /"(?:[^"\\]|\\.)*"(?=\s*:)/g;

/**
 * Whether a JSON text names one of `names` more than once, also when spelt with escapes. `JSON.parse` keeps the last of
 * two silently; another reader of the same token may keep the first, and the two would disagree about who somebody is.
 */
export const hasDuplicateMember = (json: string, names: ReadonlySet<string>): boolean => {
  const seen = new Set<string>();
  for (const [quoted] of json.matchAll(MEMBER_NAMES)) {
    const name: unknown = JSON.parse(quoted);
    if (typeof name !== 'string' || !names.has(name)) continue;
    if (seen.has(name)) return true;
    seen.add(name);
  }
  return false;
};
