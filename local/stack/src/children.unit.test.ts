import { expect, test } from 'vitest';
import { services, sharedEnvironment, urlsOn } from './children.ts';
import { neededPorts, portsProblem } from './needed-ports.ts';
import { portsFrom } from './ports.ts';

const ports = portsFrom(5_000);
const urls = urlsOn(ports, undefined);
const infrastructure = {
  mongodb: { url: 'mongodb://127.0.0.1:5017', from: 'embedded' as const },
  rabbitmq: { url: 'amqp://127.0.0.1/tiffin-1', from: 'running' as const },
  redis: null,
};
const page = {
  origins: ['http://127.0.0.1:5003', 'http://localhost:5003'],
  supervisor: 'http://127.0.0.1:5000',
  fakeRazorpay: urls.razorpay,
};
const secrets = { JWT_SECRET: 'made up' };

test('the services get what was found and made up', () => {
  expect(sharedEnvironment({}, { urls, infrastructure, page }, secrets)).toEqual({
    MONGODB_URL: 'mongodb://127.0.0.1:5017',
    RABBITMQ_URL: 'amqp://127.0.0.1/tiffin-1',
    RESTAURANT_URL: 'http://127.0.0.1:5001',
    RIDER_URL: 'http://127.0.0.1:5002',
    REALTIME_URL: 'http://127.0.0.1:5003',
    UTILS_URL: 'http://127.0.0.1:5004',
    RAZORPAY_API_URL: 'http://127.0.0.1:5010',
    RAZORPAY_WEBHOOK_URL: 'http://127.0.0.1:5004/api/v1/webhooks/razorpay',
    ALLOWED_ORIGINS: 'http://127.0.0.1:5003,http://localhost:5003',
    CONSOLE_SUPERVISOR_URL: 'http://127.0.0.1:5000',
    CONSOLE_RAZORPAY_URL: 'http://127.0.0.1:5010',
    JWT_SECRET: 'made up',
  });
});

test('the console hears of no fake Razorpay where there is none, and of no other origins than a person named', () => {
  const real = { urls, infrastructure, page: { ...page, fakeRazorpay: undefined } };
  const shared = sharedEnvironment({ ALLOWED_ORIGINS: 'https://mine.example' }, real, secrets);
  expect(shared).not.toHaveProperty('CONSOLE_RAZORPAY_URL');
  expect(shared.ALLOWED_ORIGINS).toBe('https://mine.example');
});

test('what a person has set reaches the services as it is, only the port is theirs', () => {
  const env = { PAYMENT_WINDOW_S: '5', RAZORPAY_WEBHOOK_URL: 'http://elsewhere', RIDER_URL: '  ', PORT: '80' };
  const shared = sharedEnvironment(env, { urls, infrastructure, page }, secrets);
  expect(shared).toMatchObject({ PAYMENT_WINDOW_S: '5', RAZORPAY_WEBHOOK_URL: 'http://elsewhere' });
  expect(shared.RIDER_URL).toBe('http://127.0.0.1:5002');
  const places = services({ data: '/data', ports, env: shared });
  expect(places.map(({ name, command }) => [name, command.env.PORT])).toEqual([
    ['restaurant', '5001'],
    ['rider', '5002'],
    ['realtime', '5003'],
    ['utils', '5004'],
  ]);
});

test('a variable given as a file is not given a second time', () => {
  const shared = sharedEnvironment({ MONGODB_URL_FILE: '/run/secrets/db' }, { urls, infrastructure, page }, {});
  expect(shared).not.toHaveProperty('MONGODB_URL');
});

test('only the ports of what has to be started are asked for', () => {
  const running = { from: 'running' as const, url: '', version: '4.0.0', notes: [] };
  const shared = { mongodb: { from: 'running' as const, url: '', notes: [] }, rabbitmq: running };
  expect(neededPorts(ports, shared, { razorpay: false })).toEqual([5_000, 5_001, 5_002, 5_003, 5_004]);
  const alone = {
    mongodb: { from: 'embedded' as const, notes: [] },
    rabbitmq: { from: 'path' as const, program: 'rabbitmq-server', notes: [] },
  };
  expect(neededPorts(ports, alone, { razorpay: true })).toEqual([
    5_000, 5_001, 5_002, 5_003, 5_004, 5_010, 5_017, 5_072, 5_073, 5_074,
  ]);
});

test('taken ports are named with their holders, and the corrected command comes last', () => {
  const busy = [
    { port: 5_001, holder: 'pid 7: python3 -m http.server' },
    { port: 5_002, holder: undefined },
  ];
  expect(portsProblem({ busy, freeBase: 5_100 })).toBe(
    '2 ports are in use:\n  5001  pid 7: python3 -m http.server\n  5002  held by somebody, perhaps another person on this machine\nEnd that, or take other ports: npm start -- --port-base 5100',
  );
});
