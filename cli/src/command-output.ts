export const EXIT_FAILED = 1;
export const EXIT_USAGE = 2;

type Answer<Body> = { readonly kind: 'answer'; readonly body: Body };
type Problem = { readonly kind: 'problem'; readonly message: string };

/** How a command speaks: in words, or with `--json` in one JSON object. A refusal is its last word and sets the exit code. */
export const createOutput = (args: readonly string[]) => {
  const json = args.includes('--json');
  const refuse = (message: string, code: number): never => {
    if (json) process.stdout.write(`${JSON.stringify({ event: 'problem', message })}\n`);
    else process.stderr.write(`${message}\n`);
    return process.exit(code);
  };
  return {
    json,
    refuse,
    print: (body: object, words: string): void => void process.stdout.write(`${json ? JSON.stringify(body) : words}\n`),
    /** What was answered; a problem ends the command. */
    insist: <Body>(answer: Answer<Body> | Problem): Body =>
      answer.kind === 'answer' ? answer.body : refuse(answer.message, EXIT_FAILED),
  };
};
