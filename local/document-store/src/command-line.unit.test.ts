import { describe, expect, it } from 'vitest';
import { readCommandLine } from './command-line.ts';

describe('the flags', () => {
  it('have defaults', () => {
    expect(readCommandLine([])).toEqual({
      kind: 'start',
      port: 27_117,
      data: '.tiffin/documents',
      exitWithParent: false,
    });
  });

  it('name port, folder and parent', () => {
    expect(readCommandLine(['--port', '0', '--data', 'my data', '--exit-with-parent'])).toEqual({
      kind: 'start',
      port: 0,
      data: 'my data',
      exitWithParent: true,
    });
    expect(readCommandLine(['--help'])).toEqual({ kind: 'help' });
  });

  it.each([
    [['--port', 'abc']],
    [['--port', '65536']],
    [['--port', '-1']],
    [['--port', '']],
    [['--port']],
    [['--data', '']],
    [['--nope']],
    [['folder']],
  ])('refuse %j in one sentence', (args) => {
    const message = expect.stringMatching(/^[^\n]+\. See tiffin-store --help$/);
    expect(readCommandLine(args)).toEqual({ kind: 'problem', message });
  });
});
