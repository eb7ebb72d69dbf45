import { randomBytes } from 'node:crypto';
import { type OfferId, offerId } from '@tiffin/contracts/ids';
import type { RiderPosition } from '@tiffin/contracts/rider-events';
import { type Clock, SECOND } from '@tiffin/platform/clock';
import type { Logger } from '@tiffin/platform/observability/logger';
import type { RiderConfig } from './config.ts';
import { acceptOffer } from './deliveries/accept-offer.ts';
import { cancelDelivery } from './deliveries/cancel-delivery.ts';
import { createContinueDelivery } from './deliveries/continue-delivery.ts';
import { declineOffer } from './deliveries/decline-offer.ts';
import type { DeliveryStore } from './deliveries/delivery.store.ts';
import { isDeliveryCode } from './deliveries/delivery-code.ts';
import { createDrive } from './deliveries/drive.ts';
import { startDelivery } from './deliveries/start-delivery.ts';
import { createEndSilence, createWatchRider } from './deliveries/watch-rider.ts';
import { createAdvanceSearch } from './dispatch/advance-search.ts';
import { createBackground } from './dispatch/background.ts';
import { createConsiderRider } from './dispatch/consider-rider.ts';
import { createContinueSearch } from './dispatch/continue-search.ts';
import { createFindRiders } from './dispatch/find-riders.ts';
import { createKeepRecords } from './dispatch/keep-records.ts';
import type { Weights } from './dispatch/score.ts';
import { createTurns } from './dispatch/turns.ts';
import { createWithdrawOffers } from './dispatch/withdraw-offers.ts';
import { createLivePositions } from './positions/live-positions.ts';
import type { TrailStore } from './positions/trail.store.ts';
import { createTrails } from './positions/trails.ts';
import { createLicenceKeeper } from './riders/licence-number.ts';
import { registerRider } from './riders/register-rider.ts';
import type { RiderStore } from './riders/rider.store.ts';
import { setAvailability } from './riders/set-availability.ts';
import { verifyRider } from './riders/verify-rider.ts';

export type RiderUseCases = ReturnType<typeof createUseCases>;

/** Everything the service can do, built on its stores. */
export const createUseCases = ({
  riders,
  deliveries,
  trails: trailStore,
  config,
  tell,
  receivingSince,
  logger,
  now,
}: {
  riders: RiderStore;
  deliveries: DeliveryStore;
  trails: Pick<TrailStore, 'extend' | 'progressOf'>;
  config: RiderConfig;
  tell: (points: readonly RiderPosition[]) => void;
  /** Since when this process can be reached by riders without a break. */
  receivingSince: () => Date;
  logger: Logger;
  now: Clock;
}) => {
  const policy = {
    offerTtlMs: config.OFFER_TTL_S * SECOND,
    waveSize: config.OFFER_WAVE_SIZE,
    searchLimitMs: config.SEARCH_LIMIT_S * SECOND,
  };
  const silence = {
    silentAfterMs: config.RIDER_SILENT_S * SECOND,
    replacedAfterMs: config.RIDER_REPLACED_S * SECOND,
  };
  const finishing = {
    withinM: config.FINISHING_WITHIN_M,
    nearM: config.FINISHING_NEAR_M,
    waitMs: config.FINISHING_WAIT_S * SECOND,
  };
  const radiiM = config.SEARCH_RADII_M;
  const freshMs = config.POSITION_FRESH_S * SECOND;

  const background = createBackground({ logger });
  const findRiders = createFindRiders({ riders, deliveries, radiiM, freshMs, finishing, weights: weightsOf(config) });
  const advance = createAdvanceSearch({ findRiders, policy: { ...policy, finishing }, newOfferId });
  const keepRecords = createKeepRecords({ riders, background, freshMs });
  const turns = createTurns({ deliveries, advance, keepRecords, now });
  const withdrawOffers = createWithdrawOffers({ deliveries, turns });
  const reachM = Math.max(...radiiM);
  const considerRider = createConsiderRider({ riders, deliveries, turns, reachM, freshMs, now });
  const watchRider = createWatchRider({ riders, turns, receivingSince, policy: silence });
  const endSilence = createEndSilence({ deliveries, watchRider });
  const seenAgain = (riderUserId: string) => {
    background.run('a rider in sight', () => considerRider(riderUserId));
    background.run('a rider heard again', () => endSilence(riderUserId));
  };
  // Whoever was out of sight for matching, or silent, is written at once and both hear of it.
  const outOfSightMs = Math.min(freshMs, silence.silentAfterMs);
  const trails = createTrails({ trails: trailStore, deliveries, now });
  const positions = createLivePositions({ riders, deliveries, trails, tell, seenAgain, freshMs: outOfSightMs, now });
  const checkCode = (orderId: string, code: string | undefined) => {
    if (!config.DELIVERY_CODE) return 'not-asked';
    return isDeliveryCode(config.SERVICE_TOKEN_SECRET, orderId, code) ? 'right' : 'wrong';
  };

  return {
    registerRider: registerRider({ riders, keepLicence: createLicenceKeeper(config.SERVICE_TOKEN_SECRET) }),
    verifyRider: verifyRider({ riders, background, withdrawOffers, positions }),
    setAvailability: setAvailability({ riders, positions, background, considerRider, withdrawOffers }),
    positions,
    startDelivery: startDelivery({ deliveries, advance, policy, now }),
    cancelDelivery: cancelDelivery({ deliveries, turns, background, considerRider }),
    acceptOffer: acceptOffer({ turns, background, withdrawOffers, positions, silence }),
    declineOffer: declineOffer({ turns }),
    drive: createDrive({ turns, background, considerRider, checkCode }),
    continueDelivery: createContinueDelivery({ continueSearch: createContinueSearch({ turns }), watchRider }),
    background,
  };
};

const weightsOf = (config: RiderConfig): Weights => ({
  ageMPerS: config.SCORE_AGE_M_PER_S,
  idleMPerMin: config.SCORE_IDLE_M_PER_MIN,
  idleLimitS: config.SCORE_IDLE_LIMIT_S,
  refusalM: config.SCORE_REFUSAL_M,
  thinkingM: config.SCORE_THINKING_M,
});

const newOfferId = (): OfferId => offerId.parse(randomBytes(12).toString('hex'));
