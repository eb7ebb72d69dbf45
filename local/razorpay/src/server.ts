import { createServer, type Server } from 'node:http';
import { createCommit } from './commit.ts';
import { setWebhooks } from './control/set-webhooks.ts';
import { readState } from './control/state.ts';
import { createFaultPlan } from './http/fault-plan.ts';
import { createGatewayApp } from './http/gateway-app.ts';
import { accountOf } from './identifier.ts';
import { type Alarm, createAlarmClock, createAlarmStore } from './ledger/alarms.ts';
import { openDatabase } from './ledger/database.ts';
import { createLedger } from './ledger/ledger.ts';
import { type Logger, SILENT } from './logger.ts';
import { orderEndpoints } from './orders/orders.routes.ts';
import { paymentEndpoints } from './payments/payments.routes.ts';
import { authoriseLate, takePayment } from './payments/take-payment.ts';
import { refundPayment } from './refunds/refund-payment.ts';
import { createRefundVerdicts } from './refunds/refund-verdicts.ts';
import { refundEndpoints } from './refunds/refunds.routes.ts';
import { returnUncapturedPayment } from './refunds/return-uncaptured-payment.ts';
import { settleRefund } from './refunds/settle-refund.ts';
import { DEFAULT_TIMINGS, type Timings } from './timings.ts';
import { createOutbox } from './webhooks/outbox.ts';
import { createWebhookPost } from './webhooks/post-webhook.ts';
import { replayWebhooks } from './webhooks/replay-webhooks.ts';
import { createSwitches } from './webhooks/switches.ts';
import { createWebhookArchive } from './webhooks/webhook-archive.ts';
import { createWebhookSender } from './webhooks/webhook-sender.ts';

export interface FakeRazorpayOptions {
  /** 0 takes any free port. */
  readonly port: number;
  readonly keyId: string;
  readonly keySecret: string;
  readonly webhookSecret: string;
  readonly webhookUrl: string;
  /** Origins of the pages that may use the controls. */
  readonly allowedOrigins?: readonly string[] | undefined;
  /** Who is paid, as the checkout page says it. */
  readonly merchantName?: string | undefined;
  /** Where the state is kept; without it the state ends with the process. */
  readonly dataFolder?: string | undefined;
  readonly logger?: Logger | undefined;
  /** For tests that cannot wait. */
  readonly timings?: Partial<Timings> | undefined;
}

export interface FakeRazorpay {
  readonly url: string;
  readonly port: number;
  /** Ends it; webhooks that were not acknowledged are sent again by the next start on the same folder. */
  readonly close: () => Promise<void>;
}

const DEFAULT_MERCHANT = 'Tiffin';

/** Starts a gateway that keeps Razorpay's rules, on 127.0.0.1 only. Rejects when the port or the folder is taken. */
export const startFakeRazorpay = async (options: FakeRazorpayOptions): Promise<FakeRazorpay> => {
  const { keyId, keySecret, webhookSecret: configuredSecret, webhookUrl, logger = SILENT } = options;
  const timings = { ...DEFAULT_TIMINGS, ...options.timings };
  const accountId = accountOf(keyId);
  const now = Date.now;

  const database = openDatabase(options.dataFolder);
  const ledger = createLedger(database);
  const alarms = createAlarmStore(database);
  const outbox = createOutbox(database);
  const archive = createWebhookArchive(database, outbox);
  const switches = createSwitches(database);
  const faults = createFaultPlan();
  const verdicts = createRefundVerdicts();
  let redirectsFollowed = 0;

  const webhookPost = createWebhookPost({ url: webhookUrl, timings });
  const sender = createWebhookSender({ outbox, switches, webhookPost, timings, now, logger });
  const commit = createCommit({
    database,
    outbox,
    alarms,
    switches,
    configuredSecret,
    accountId,
    timings,
    now,
    send: sender.schedule,
    windAlarms: () => alarmClock.wind(),
  });
  const business = { ledger, commit, timings, verdicts, now };
  const refund = refundPayment(business);
  const settle = settleRefund(business);
  const ringers: Record<Alarm['kind'], (subject: string) => void> = {
    'authorise-late': authoriseLate(business),
    'settle-refund': (id) => settle(id, 'processed'),
    'fail-refund': (id) => settle(id, 'failed'),
    'return-uncaptured': returnUncapturedPayment(business),
  };
  const alarmClock = createAlarmClock({ alarms, now, ring: ({ kind, subject }) => ringers[kind](subject) });

  const reset = (): void => {
    outbox.flush();
    database.transaction(() => {
      for (const part of [ledger, alarms, outbox, switches]) part.clear();
    });
    faults.clear();
    verdicts.clear();
    sender.forget();
    alarmClock.wind();
    redirectsFollowed = 0;
  };

  const closing = new AbortController();
  const pay = takePayment(business);
  const allowedOrigins = options.allowedOrigins ?? [];
  const app = createGatewayApp({
    endpoints: [...orderEndpoints(business), ...paymentEndpoints(business), ...refundEndpoints({ ledger, refund })],
    controls: {
      pay,
      refund,
      verdicts,
      setWebhooks: setWebhooks({ database, outbox, archive, switches, sender, configuredSecret, now }),
      archive,
      replay: replayWebhooks({ database, archive, switches, sender, configuredSecret, timings, now }),
      faults,
      state: readState({
        accountId,
        ledger,
        outbox,
        switches,
        faults,
        verdicts,
        redirectsFollowed: () => redirectsFollowed,
      }),
      reset,
    },
    checkout: {
      ledger,
      pay,
      merchant: options.merchantName ?? DEFAULT_MERCHANT,
      accountId,
      keySecret,
      allowedOrigins,
      faults,
      closing: closing.signal,
    },
    keyId,
    keySecret,
    allowedOrigins,
    closing: closing.signal,
    onRedirectFollowed: () => {
      redirectsFollowed += 1;
    },
    logger,
  });
  const server = createServer(app);
  const port = await listen(server, options.port).catch((fault: unknown) => {
    webhookPost.close();
    database.close();
    throw fault;
  });
  sender.resume();
  alarmClock.wind();

  return {
    url: `http://127.0.0.1:${port}`,
    port,
    close: async () => {
      closing.abort();
      alarmClock.close();
      await Promise.all([closeServer(server), sender.close()]);
      outbox.flush();
      database.close();
    },
  };
};

const listen = (server: Server, port: number): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });

const CLOSE_GRACE_MS = 1000;

/** Lets running requests end, then cuts the connections that clients keep open. */
const closeServer = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    const cut = setTimeout(() => server.closeAllConnections(), CLOSE_GRACE_MS);
    server.close(() => {
      clearTimeout(cut);
      resolve();
    });
    server.closeIdleConnections();
  });
