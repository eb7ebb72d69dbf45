import { checkConfiguration } from './check-configuration.ts';
import { readCommandLine, wantsWholeNumber, wholeNumber } from './command-line.ts';
import { canStart, examine } from './doctor.ts';
import { DEFAULT_PORT_BASE, PORT_BASE_BOUNDS } from './ports.ts';
import { table } from './table.ts';

const HELP = `npm run doctor [-- flags]: what the stack needs, what was found, and how to mend what was not.

  --data DIR        the data folder to look at (default .data)
  --port-base N     the ports to look at (default ${DEFAULT_PORT_BASE})
  --json            one JSON object a line: {"what","state","detail","fix"?}, then {"event":"verdict","canStart"}
  --help            this

Exit codes: 0 the stack can start, 1 it cannot, 2 wrong flags.`;

const EXIT_CANNOT_START = 1;
const EXIT_USAGE = 2;

const read = readCommandLine(process.argv.slice(2), {
  data: { type: 'string', default: '.data' },
  'port-base': { type: 'string', default: String(DEFAULT_PORT_BASE) },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
});

const refuse = (message: string): void => {
  console.error(`${message} See npm run doctor -- --help`);
  process.exitCode = EXIT_USAGE;
};

const look = async (data: string, portBase: number, json: boolean): Promise<void> => {
  const findings = await examine({
    env: process.env,
    data,
    portBase,
    nodeVersion: process.versions.node,
    checkConfiguration,
  });
  const well = canStart(findings);
  if (json) {
    for (const finding of findings) console.log(JSON.stringify(finding));
    console.log(JSON.stringify({ event: 'verdict', canStart: well }));
  } else {
    console.log(table(findings.map(({ what, state, detail }) => [what, state, detail])));
    for (const { what, fix } of findings) if (fix !== undefined) console.log(`\n${what}: ${fix}`);
    console.log(well ? '\nThe stack can start: npm start' : '\nThe stack cannot start yet.');
  }
  process.exitCode = well ? 0 : EXIT_CANNOT_START;
};

if (read.kind === 'problem') refuse(read.message);
else if (read.values.help) console.log(HELP);
else {
  const portBase = wholeNumber(read.values['port-base'], PORT_BASE_BOUNDS);
  if (portBase === undefined) refuse(wantsWholeNumber('--port-base', PORT_BASE_BOUNDS));
  else await look(read.values.data, portBase, read.values.json);
}
