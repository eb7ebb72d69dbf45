/** What one side of a comparison does in one round. */
type Side<Result> = () => Promise<Result>;

/**
 * Runs every side once unmeasured, then `rounds` times in turn, beginning each round with another side: what changes on the machine
 * meanwhile falls on all of them.
 */
export const alternate = async <Name extends string, Result>(
  rounds: number,
  sides: Readonly<Record<Name, Side<Result>>>,
  say: (text: string) => void,
): Promise<Record<Name, Result[]>> => {
  // Object.keys forgets which keys a record has.
  const names = Object.keys(sides) as Name[];
  const results = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<Name, Result[]>;
  for (const name of names) await sides[name]();
  for (let round = 0; round < rounds; round += 1) {
    say(`round ${round + 1} of ${rounds}`);
    for (let turn = 0; turn < names.length; turn += 1) {
      const name = names[(round + turn) % names.length];
      if (name !== undefined) results[name].push(await sides[name]());
    }
  }
  return results;
};
