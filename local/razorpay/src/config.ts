import { z } from 'zod';

const isOrigin = (text: string): boolean => URL.canParse(text) && new URL(text).origin === text;

const environmentSchema = z.object({
  PORT: z.coerce.number().int().min(0).max(65_535),
  RAZORPAY_KEY_ID: z.string().min(1),
  RAZORPAY_KEY_SECRET: z.string().min(1),
  RAZORPAY_WEBHOOK_SECRET: z.string().min(1).optional(),
  RAZORPAY_WEBHOOK_SECRETS: z.string().min(1).optional(),
  RAZORPAY_WEBHOOK_URL: z.url({ protocol: /^https?$/ }),
  MERCHANT_NAME: z.string().trim().min(1).max(80).optional(),
  DATA_FOLDER: z.string().min(1).optional(),
  ALLOWED_ORIGINS: z
    .string()
    .default('')
    .transform((list) =>
      list
        .split(',')
        .map((part) => part.trim())
        .filter((part) => part !== ''),
    )
    .refine((list) => list.every(isOrigin), 'has an entry that is not an origin, such as http://127.0.0.1:4003'),
});

export interface Config {
  readonly port: number;
  readonly keyId: string;
  readonly keySecret: string;
  readonly webhookSecret: string;
  readonly webhookUrl: string;
  readonly merchantName: string | undefined;
  readonly dataFolder: string | undefined;
  readonly allowedOrigins: readonly string[];
}

/** The configuration, or every problem at once, as one text for a person. */
export type ConfigResult =
  | { readonly kind: 'config'; readonly config: Config }
  | { readonly kind: 'problem'; readonly problem: string };

export const readConfig = (environment: Readonly<Record<string, string | undefined>>): ConfigResult => {
  if (environment.NODE_ENV === 'production') {
    return problem(
      'This is a fake Razorpay: it moves no money and lets anyone on this machine pay. It does not start with NODE_ENV=production. Set RAZORPAY_API_URL of the services to https://api.razorpay.com, or unset NODE_ENV.',
    );
  }
  const parsed = environmentSchema.safeParse(environment);
  if (!parsed.success) {
    return problem(`The environment of the fake Razorpay is not complete:\n${z.prettifyError(parsed.error)}`);
  }
  const { data } = parsed;
  // The list is newest first; new webhooks are signed with the newest secret.
  const webhookSecret = data.RAZORPAY_WEBHOOK_SECRET ?? data.RAZORPAY_WEBHOOK_SECRETS?.split(',')[0]?.trim();
  if (webhookSecret === undefined || webhookSecret === '') {
    return problem('Set RAZORPAY_WEBHOOK_SECRET, or RAZORPAY_WEBHOOK_SECRETS (a comma list, newest first).');
  }
  return {
    kind: 'config',
    config: {
      port: data.PORT,
      keyId: data.RAZORPAY_KEY_ID,
      keySecret: data.RAZORPAY_KEY_SECRET,
      webhookSecret,
      webhookUrl: data.RAZORPAY_WEBHOOK_URL,
      merchantName: data.MERCHANT_NAME,
      dataFolder: data.DATA_FOLDER,
      allowedOrigins: data.ALLOWED_ORIGINS,
    },
  };
};

const problem = (text: string): ConfigResult => ({ kind: 'problem', problem: text });
