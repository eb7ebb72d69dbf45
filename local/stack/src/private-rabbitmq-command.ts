import { findProgram } from './find-program.ts';
import { runForeignServer } from './foreign-server.ts';

// Run by the stack with the environment of private-rabbitmq.ts: a RabbitMQ with its own name daemon, both gone when the stack is.
const [file = 'rabbitmq-server'] = process.argv.slice(2);
const { env } = process;
const names = await findProgram('epmd', env.PATH);

process.exit(
  await runForeignServer({
    server: { file, args: [] },
    // In the foreground and in our group. Erlang would start it as a daemon, which nobody ends.
    helper: names === undefined ? undefined : { file: names, args: [] },
    port: Number(env.RABBITMQ_NODE_PORT),
    env,
  }),
);
