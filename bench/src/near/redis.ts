import { connect } from 'node:net';

/** What Redis answers: of the replies there are, the few that the benchmark meets. */
type Reply = string | number | null | readonly Reply[];

const LINE_END = '\r\n';

/** A reply at the beginning of `text` and where it ends; undefined while a part of it is still on its way. */
const parse = (text: string, from: number): { reply: Reply; end: number } | undefined => {
  const lineEnd = text.indexOf(LINE_END, from);
  if (lineEnd < 0) return undefined;
  const line = text.slice(from + 1, lineEnd);
  const after = lineEnd + LINE_END.length;
  switch (text[from]) {
    case '+':
      return { reply: line, end: after };
    case ':':
      return { reply: Number(line), end: after };
    case '$': {
      if (line === '-1') return { reply: null, end: after };
      const end = after + Number(line);
      return text.length < end + LINE_END.length
        ? undefined
        : { reply: text.slice(after, end), end: end + LINE_END.length };
    }
    case '*': {
      const items: Reply[] = [];
      let at = after;
      for (let index = 0; index < Number(line); index += 1) {
        const item = parse(text, at);
        if (!item) return undefined;
        items.push(item.reply);
        at = item.end;
      }
      return { reply: items, end: at };
    }
    default:
      throw new Error(`Redis answered ${text.slice(from, lineEnd)}`);
  }
};

/** A connection to a Redis on this machine; commands are ASCII words. */
export const connectRedis = (port: number) => {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  const waiting: { resolve: (reply: Reply) => void; reject: (error: Error) => void }[] = [];
  let received = '';
  const fail = (error: Error) => {
    for (const { reject } of waiting.splice(0)) reject(error);
  };
  socket.setEncoding('latin1').on('data', (chunk: string) => {
    received += chunk;
    let at = 0;
    try {
      for (let next = parse(received, at); next; next = parse(received, at)) {
        at = next.end;
        waiting.shift()?.resolve(next.reply);
      }
    } catch (error) {
      fail(error instanceof Error ? error : new Error(String(error)));
    }
    received = received.slice(at);
  });
  socket.on('error', fail);
  return {
    send: (...words: readonly string[]): Promise<Reply> =>
      new Promise((resolve, reject) => {
        waiting.push({ resolve, reject });
        const parts = words.map((word) => `$${word.length}${LINE_END}${word}${LINE_END}`);
        socket.write(`*${words.length}${LINE_END}${parts.join('')}`);
      }),
    close: () => socket.destroy(),
  };
};
