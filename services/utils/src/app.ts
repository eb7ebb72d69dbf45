import { durableQueues } from '@tiffin/contracts/queues';
import { SECOND } from '@tiffin/platform/clock';
import { createServiceClient } from '@tiffin/platform/http/service-client';
import { type DurableServiceOverrides, startDurableService } from '@tiffin/platform/lifecycle/durable-service';
import type { UtilsConfig } from './config.ts';
import { eventLogConsumers } from './event-log/event-log.consumers.ts';
import { eventLogRoutes } from './event-log/event-log.routes.ts';
import { createMongoEventLog } from './event-log/logged-event.store.mongo.ts';
import { ledgerRoutes } from './ledger/ledger.routes.ts';
import { listTransactions } from './ledger/list-transactions.ts';
import { settleDay } from './ledger/settle-day.ts';
import { showOrderLedger } from './ledger/show-order-ledger.ts';
import { createMongoNotificationStore } from './notifications/notification.store.mongo.ts';
import { notificationConsumers } from './notifications/notifications.consumers.ts';
import { acceptsBody } from './operations/accepted-body.ts';
import { actAudited } from './operations/act-audited.ts';
import { auditRoutes } from './operations/audit.routes.ts';
import { createMongoAuditStore } from './operations/audit.store.mongo.ts';
import { createMongoCaseStore } from './operations/case.store.mongo.ts';
import { caseRoutes } from './operations/cases.routes.ts';
import { deadLetterRoutes } from './operations/dead-letters.routes.ts';
import { discardLetters } from './operations/discard-letters.ts';
import { measureQueues } from './operations/queue-gauge.ts';
import { queueRoutes } from './operations/queues.routes.ts';
import { retryLetters } from './operations/retry-letters.ts';
import { askRefund } from './payments/ask-refund.ts';
import { attendPayment } from './payments/attend-payment.ts';
import { createBillSource } from './payments/bill-source.ts';
import { countFacts } from './payments/fact-metrics.ts';
import { withBreaker } from './payments/gateway-breaker.ts';
import { createGatewayMetrics } from './payments/gateway-metrics.ts';
import { createMongoPaymentStore } from './payments/payment.store.mongo.ts';
import { paymentConsumers } from './payments/payments.consumers.ts';
import { paymentRoutes } from './payments/payments.routes.ts';
import { pursueRefunds } from './payments/pursue-refunds.ts';
import { createRazorpayGateway } from './payments/razorpay.gateway.ts';
import { reconcilePayment } from './payments/reconcile-payment.ts';
import { reconciliationRoutes } from './payments/reconciliation.routes.ts';
import { createMongoReconciliationStore } from './payments/reconciliation.store.mongo.ts';
import { measureReconciliation } from './payments/reconciliation-metrics.ts';
import { reconcileNow } from './payments/reconciliation-now.ts';
import { createTurns } from './payments/reconciliation-turns.ts';
import { refundOrder } from './payments/refund-order.ts';
import { reviewOverdueRefund, reviewRefund } from './payments/review-refund.ts';
import { startPayment } from './payments/start-payment.ts';
import { createFactTaker } from './payments/take-fact.ts';
import { verifyPayment } from './payments/verify-payment.ts';
import { applyWebhook } from './webhooks/apply-webhook.ts';
import { inboxRoutes } from './webhooks/inbox.routes.ts';
import { createMongoInbox } from './webhooks/inbox.store.mongo.ts';
import { receiveWebhook } from './webhooks/receive-webhook.ts';
import { replayWebhook } from './webhooks/replay-webhook.ts';
import { countWebhooks } from './webhooks/webhook-metrics.ts';
import { createWebhookWorker } from './webhooks/webhook-worker.ts';
import { webhookRoutes } from './webhooks/webhooks.routes.ts';

const BILL_TIMEOUT_MS = 5 * SECOND;
/** Of the 64 connections to the gateway; the others are for customers who want to pay, and for refunds. */
const LOOKS_AT_ONCE = 16;

/** The utils service: payments and their way back, the event log, notifications, and what waits for a person. */
export const createApp = (config: UtilsConfig, overrides: DurableServiceOverrides = {}) => {
  const queues = durableQueues({ paymentQueue: config.PAYMENT_QUEUE, orderReadyQueue: config.ORDER_READY_QUEUE });
  return startDurableService({
    name: 'utils',
    config,
    overrides,
    queues,
    build: (foundations) => {
      const { broker, cursors, logger, now, registry, serviceTokens } = foundations;
      const payments = createMongoPaymentStore(foundations);
      const inbox = createMongoInbox(foundations);
      const cases = createMongoCaseStore(foundations);
      const eventLog = createMongoEventLog(foundations);
      const notifications = createMongoNotificationStore(foundations);
      const audit = createMongoAuditStore(foundations);
      const { open: openCase } = cases;

      const keySecret = config.RAZORPAY_KEY_SECRET;
      const keyId = config.RAZORPAY_KEY_ID;
      const gateway = withBreaker({
        gateway: createRazorpayGateway({ url: config.RAZORPAY_API_URL, keyId, keySecret, logger }),
        metrics: createGatewayMetrics(registry),
        logger,
      });
      const restaurant = createServiceClient({
        baseUrl: config.RESTAURANT_URL,
        tokens: serviceTokens,
        audience: 'restaurant',
        timeoutMs: BILL_TIMEOUT_MS,
      });
      const reconciliation = createMongoReconciliationStore({ ...foundations, payments });
      const policy = { reconcileAfterS: config.RECONCILE_AFTER_S, paymentWindowS: config.PAYMENT_WINDOW_S };
      const takeFact = createFactTaker({ payments, openCase, policy, count: countFacts(registry), now });

      const { deadLetters, queueDepths } = broker;
      const act = actAudited({ audit, logger });
      measureQueues(registry, queueDepths);
      const measureLook = measureReconciliation(registry, reconciliation, now);

      const worker = createWebhookWorker({
        inbox,
        apply: applyWebhook({ gateway, takeFact, now }),
        openCase,
        logger,
        now,
      });
      const receive = receiveWebhook({
        inbox,
        openCase,
        secrets: config.RAZORPAY_WEBHOOK_SECRETS,
        accountId: config.RAZORPAY_ACCOUNT_ID,
        work: worker.work,
        now,
      });
      const replay = replayWebhook({ inbox, act, accountId: config.RAZORPAY_ACCOUNT_ID, work: worker.work });
      const reconcile = reconcilePayment({
        payments,
        gateway,
        takeFact,
        policy,
        inTurn: createTurns(LOOKS_AT_ONCE),
        record: (look) => {
          measureLook(look);
          return reconciliation.record(look);
        },
        now,
      });
      const attend = attendPayment({
        payments,
        reconcile,
        pursue: pursueRefunds({
          payments,
          gateway,
          takeFact,
          reviewOverdue: reviewOverdueRefund({ openCase }),
          policy,
          now,
        }),
        now,
      });

      const billOf = createBillSource(restaurant);

      return {
        stores: [payments],
        routes: [
          ...paymentRoutes({
            payments,
            startPayment: startPayment({ payments, gateway, billOf, policy, now }),
            verifyPayment: verifyPayment({ payments, gateway, takeFact, keySecret, now }),
            askRefund: askRefund({ payments, billOf, now }),
            keyId,
          }),
          ...webhookRoutes({ receiveWebhook: receive, count: countWebhooks(registry), logger, now }),
          ...inboxRoutes({
            inbox,
            gatewayOrderOf: async (orderId) => (await payments.find(orderId))?.state.gatewayOrderId,
            replay,
            cursors,
          }),
          ...reconciliationRoutes({
            reconciliation,
            reconcileNow: reconcileNow({
              payments,
              reconciliation,
              reconcile,
              inTurn: createTurns(LOOKS_AT_ONCE),
              act,
              now,
            }),
            now,
          }),
          ...eventLogRoutes({ eventLog, cursors }),
          ...ledgerRoutes({
            listTransactions: listTransactions({ eventLog }),
            showOrderLedger: showOrderLedger({ eventLog, payments }),
            settleDay: settleDay({ eventLog }),
            cursors,
          }),
          ...caseRoutes({ cases, cursors }),
          ...deadLetterRoutes({
            deadLetters,
            retry: retryLetters({ deadLetters, act, accepts: acceptsBody(queues) }),
            discard: discardLetters({ deadLetters, act }),
            cursors,
          }),
          ...auditRoutes({ audit, cursors }),
          ...queueRoutes({ queueDepths }),
        ],
        consumers: [
          ...paymentConsumers({ refundOrder: refundOrder({ payments, now }) }),
          ...eventLogConsumers({ eventLog, openCase, reviewRefund: reviewRefund({ payments, openCase }) }),
          ...notificationConsumers({ notifications }),
        ],
        timers: [{ store: payments, act: attend }],
        workers: [worker],
      };
    },
  });
};
