import { runForeignServer } from './foreign-server.ts';

// Run by the stack: `mongod` with our folder and port, gone when the stack is.
const [file = 'mongod', folder = '', port = ''] = process.argv.slice(2);

process.exit(
  await runForeignServer({
    server: { file, args: ['--dbpath', folder, '--port', port, '--bind_ip', '127.0.0.1'] },
    port: Number(port),
    env: process.env,
  }),
);
