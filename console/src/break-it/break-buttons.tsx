import { Notice } from '../shell/notice.tsx';
import { type Breaker, KILLABLE, type Killable } from './breaker.ts';
import { whyNotBreak, whyNothing, whyNotKill } from './why-not.ts';

const KILL_SENTENCES: Readonly<Record<Killable, string>> = {
  restaurant:
    'Its process dies at once. Payments wait in their queue; kitchens and customers hear of them when it is back.',
  rider:
    'Its process dies at once. Offers and searches are on disk and go on when it is back; nobody is assigned twice.',
  realtime:
    'Its process dies at once, and this page is cut off with it. Everybody comes back by themselves and misses nothing.',
  utils: 'Its process dies at once. The gateway sends its webhooks again; each payment counts once.',
};

/** One button a way to break it, with what it does and what should happen, or why it cannot be done here. */
export const BreakButtons = ({ breaker }: { breaker: Breaker }) => {
  const stack = breaker.stack.value;
  const webhooks = breaker.webhooks.switches.value;
  const noGateway =
    whyNotBreak(stack, 'razorpay') ?? (webhooks === undefined ? 'The fake gateway has not answered yet.' : undefined);
  return (
    <section class="panel" aria-labelledby="break-title">
      <h2 id="break-title">Break it</h2>
      <Notice answer={stack} />
      <ul class="ways">
        {KILLABLE.map((child) => (
          <Way
            key={child}
            name={`Kill ${child}`}
            sentence={KILL_SENTENCES[child]}
            reason={whyNotKill(stack, child)}
            press={() => breaker.kill(child)}
          />
        ))}
        <Way
          name="Stop RabbitMQ for 10 s"
          sentence="No service can send or hear anything. Orders are still taken; their events leave when it is back."
          reason={whyNotBreak(stack, 'rabbitmq')}
          press={() => breaker.takeAway('rabbitmq', 'Stop RabbitMQ for 10 s')}
        />
        <Way
          name="Pause the database for 5 s"
          sentence="No service can read or write. Requests wait or are told to come again; what was acknowledged is there afterwards."
          reason={whyNotBreak(stack, 'store')}
          press={() => breaker.takeAway('store', 'Pause the database for 5 s')}
        />
        <Way
          name="Duplicate every webhook"
          sentence="The gateway sends each webhook twice, until you press again. Each payment counts once."
          reason={noGateway}
          isOn={(webhooks?.duplicate ?? 0) > 0}
          press={() => void breaker.webhooks.set('duplicate', webhooks?.duplicate === 0)}
        />
        <Way
          name="Lose every webhook"
          sentence="No webhook arrives, until you press again. We ask the gateway about open payments ourselves, within about a minute."
          reason={noGateway}
          isOn={webhooks?.deliver === false}
          press={() => void breaker.webhooks.set('lose', webhooks?.deliver === true)}
        />
        <Way
          name="Send poison"
          sentence="A message no reader can understand. It is put aside among the dead letters; those behind it go on."
          reason={whyNothing(stack)}
          press={breaker.sendPoison}
        />
        <Way
          name="Let 50 riders accept one order"
          sentence="50 new riders tap accept at the same moment, again and again. Exactly one gets the order. Takes about 20 s."
          reason={breaker.isRacing.value ? 'They are racing.' : whyNotBreak(stack, 'razorpay')}
          press={() => void breaker.race()}
        />
      </ul>
    </section>
  );
};

const Way = ({
  name,
  sentence,
  reason,
  isOn,
  press,
}: {
  name: string;
  sentence: string;
  /** Why it cannot be pressed. */
  reason: string | undefined;
  /** For what stays on until it is pressed again. */
  isOn?: boolean;
  press: () => void;
}) => {
  const id = `way-${name.replaceAll(' ', '-')}`;
  return (
    <li class={isOn ? 'on' : undefined}>
      <button type="button" disabled={reason !== undefined} aria-pressed={isOn} aria-describedby={id} onClick={press}>
        {name}
      </button>
      <p id={id}>
        {isOn && <b>On now. </b>}
        {sentence} {reason !== undefined && <em>{reason}</em>}
      </p>
    </li>
  );
};
