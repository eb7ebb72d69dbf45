import * as z from 'zod';

const live = z.object({ event: z.literal('live'), text: z.string() });

/** The text of a city's `{"event":"live","text"}` line; undefined for whatever else it prints. */
export const liveText = (line: string): string | undefined => {
  try {
    return live.safeParse(JSON.parse(line)).data?.text;
  } catch {
    return undefined;
  }
};
