import { type ChildName, childName } from './stack-file.ts';

/** What a child said when it refused its configuration. */
export type Refusal = { readonly child: ChildName; readonly words: string };

/** One variable that is wrong, and everyone who wants it. */
export type VariableProblem = {
  readonly name: string;
  readonly problem: string;
  readonly children: readonly ChildName[];
};

/** `  NAME: what is wrong; how to mend it`, as the services list it. */
const SERVICE_LINE = /^ {2}([A-Z][A-Z0-9_]*): (.+)$/gm;
/** zod's own list, which the fake Razorpay prints. */
const ZOD_LINES = /^✖ (.+)\n +→ at ([A-Z][A-Z0-9_]*)$/gm;

const variablesIn = (words: string): { name: string; problem: string }[] => [
  ...[...words.matchAll(SERVICE_LINE)].map(([, name = '', problem = '']) => ({ name, problem })),
  ...[...words.matchAll(ZOD_LINES)].map(([, problem = '', name = '']) => ({ name, problem })),
];

/** Every wrong variable once, in the order in which the children are asked, with all who want it. */
export const wrongVariables = (refusals: readonly Refusal[]): VariableProblem[] => {
  const order = (child: ChildName): number => childName.options.indexOf(child);
  const byName = new Map<string, { problem: string; children: ChildName[] }>();
  for (const { child, words } of refusals.toSorted((left, right) => order(left.child) - order(right.child))) {
    for (const { name, problem } of variablesIn(words)) {
      const known = byName.get(name);
      if (known === undefined) byName.set(name, { problem, children: [child] });
      else if (!known.children.includes(child)) known.children.push(child);
    }
  }
  return [...byName].map(([name, rest]) => ({ name, ...rest }));
};

/** The lines for a person. */
export const variableLines = (wrong: readonly VariableProblem[]): string =>
  wrong.map(({ name, problem, children }) => `  ${name}: ${problem} (${children.join(', ')})`).join('\n');

/** All refusals as one message: each variable once; whatever is not about a variable in its child's own words. */
export const refusalsText = (refusals: readonly Refusal[]): string => {
  const wrong = wrongVariables(refusals);
  const others = refusals.filter(({ words }) => variablesIn(words).length === 0);
  const list =
    wrong.length === 0
      ? []
      : [
          `the configuration has ${wrong.length === 1 ? 'a problem' : `${wrong.length} problems`}:`,
          variableLines(wrong),
        ];
  return [...list, ...others.map(({ child, words }) => `${child}: ${words}`)].join('\n');
};
