import type { DeadLetterView } from '@tiffin/contracts/operations-api';
import * as z from 'zod';

const bytes = z.object({ text: z.string() });

/** The body as a person reads and corrects it. */
export const bodyText = ({ format, body }: Pick<DeadLetterView, 'format' | 'body'>): string => {
  if (format === 'json') return JSON.stringify(body, undefined, 2);
  const read = bytes.safeParse(body);
  return read.success ? read.data.text : '';
};

export type CorrectedBody =
  | { readonly kind: 'json'; readonly body: unknown }
  | { readonly kind: 'not-json'; readonly detail: string };

/** What a person wrote, as the JSON it must be. */
export const readCorrected = (text: string): CorrectedBody => {
  try {
    return { kind: 'json', body: JSON.parse(text) };
  } catch (error) {
    return { kind: 'not-json', detail: error instanceof Error ? error.message : 'it cannot be read' };
  }
};
