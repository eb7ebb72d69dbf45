// Makes the console's page: one script, one style sheet, one document that names them by their content.
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const OUT = join(HERE, 'dist/page');

await rm(OUT, { recursive: true, force: true });
await mkdir(OUT, { recursive: true });
const { metafile } = await build({
  absWorkingDir: HERE,
  entryPoints: { console: 'src/main.tsx' },
  outdir: OUT,
  // A name that changes with the content may be kept by a browser for ever.
  entryNames: '[name]-[hash]',
  bundle: true,
  minify: true,
  metafile: true,
  sourcemap: 'linked',
  format: 'esm',
  target: 'es2022',
  conditions: ['source'],
  jsx: 'automatic',
  jsxImportSource: 'preact',
  define: { 'process.env.NODE_ENV': '"production"' },
  logLevel: 'warning',
});
// The page speaks to the public doors and knows contracts only: nothing else of the house, and no package nobody chose, may get into it.
const OURS = /^(?:src|\.\.\/shared\/contracts\/src)\//;
const CHOSEN =
  /^\.\.\/node_modules\/(?:preact|@preact|zod|socket\.io-client|socket\.io-parser|engine\.io-client|engine\.io-parser|@socket\.io)\//;
const strangers = Object.keys(metafile.inputs).filter((path) => !OURS.test(path) && !CHOSEN.test(path));
if (strangers.length > 0) {
  process.stderr.write(`The console's page may not hold: ${strangers.join(', ')}\n`);
  process.exit(1);
}
const made = Object.keys(metafile.outputs).map((path) => basename(path));
const named = (ending) => made.find((name) => name.endsWith(ending));
const page = (await readFile(join(HERE, 'src/index.html'), 'utf8'))
  .replace('%SCRIPT%', `/console/${named('.js')}`)
  .replace('%STYLE%', `/console/${named('.css')}`);
await writeFile(join(OUT, 'index.html'), page);
