const ANSWER_MS = 10_000;

/**
 * What the broker answers, or a fault after 10 s: a queue that came back from a crash without a leader never answers, while heartbeats
 * go on, and a link that waits for it would be away for ever.
 */
export const inTime = async <Answer>(what: string, answer: Promise<Answer>, withinMs = ANSWER_MS): Promise<Answer> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`the broker did not answer within ${withinMs} ms: ${what}`)), withinMs);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
};
