/** One thing wrong with the configuration. Holds no value: it may be a secret. */
export type ConfigProblem = { name: string; problem: string; fix: string };

/** The configuration cannot be used. Carries every problem at once, so that one restart mends them all. */
export class ConfigError extends Error {
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    const lines = problems.map(({ name, problem, fix }) => `  ${name}: ${problem}; ${fix}`);
    super(
      `the configuration has ${problems.length === 1 ? 'a problem' : `${problems.length} problems`}:\n${lines.join('\n')}`,
    );
    this.name = 'ConfigError';
    this.problems = problems;
  }
}
