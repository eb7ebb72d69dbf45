import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const stackFile = z.object({ urls: z.object({ razorpay: z.url({ protocol: /^https?$/ }) }) });

/** Where the stack that runs on a data folder has its Razorpay; undefined when no stack says so. */
export const gatewayOfStack = (data: string): string | undefined => {
  try {
    return stackFile.parse(JSON.parse(readFileSync(join(data, 'stack.json'), 'utf8'))).urls.razorpay;
  } catch {
    // Missing, half written or of another version: for this command it is the same, no stack to ask.
    return undefined;
  }
};
