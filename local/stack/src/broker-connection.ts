import amqplib, { type ChannelModel } from 'amqplib';

/** Long: a broker passed over because it was slow would take the undelivered messages out of sight. A closed port answers at once. */
const ANSWER_MS = 10_000;

/** Opens a connection for as long as `use` runs. */
export const withConnection = async <Result>(
  url: string,
  use: (model: ChannelModel) => Promise<Result>,
): Promise<Result> => {
  const model = await amqplib.connect(url, {
    timeout: ANSWER_MS,
    clientProperties: { connection_name: 'tiffin-start' },
  });
  // Without a listener an error on the connection would end the process.
  model.on('error', () => undefined);
  try {
    return await use(model);
  } finally {
    await model.close().catch(() => undefined);
  }
};
