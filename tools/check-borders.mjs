// Who may import whom (.dependency-cruiser.cjs). Says what is wrong and ends with 1; proves first that it would notice.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HOUSE } from './house.mjs';

const FOLDERS = ['shared', 'services', 'local', 'cli', 'console', 'e2e', 'bench'];
const CRUISER = join(HOUSE, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
const LARGEST_REPORT_BYTES = 256 * 1_048_576;

/** The summary of a run over some folders of `root`. */
const cruise = (root, folders) => {
  const config = join(HOUSE, '.dependency-cruiser.cjs');
  const args = [CRUISER, '--config', config, '--output-type', 'json', ...folders];
  const options = { cwd: root, encoding: 'utf8', maxBuffer: LARGEST_REPORT_BYTES };
  const { stdout, stderr } = spawnSync(process.execPath, args, options);
  try {
    return JSON.parse(stdout).summary;
  } catch {
    throw new Error(`dependency-cruiser did not answer: ${stderr || stdout}`);
  }
};

// Beside a compiler it cannot use it finds no modules and no violations, and calls that a success: so one is planted, elsewhere.
const noticesAPlantedBreach = () => {
  const root = mkdtempSync(join(tmpdir(), 'tiffin-borders-'));
  try {
    for (const service of ['rider', 'utils']) mkdirSync(join(root, 'services', service, 'src'), { recursive: true });
    writeFileSync(join(root, 'services/utils/src/payment.ts'), 'export type Payment = { id: string };\n');
    writeFileSync(
      join(root, 'services/rider/src/rider.ts'),
      "import type { Payment } from '../../utils/src/payment.ts';\nexport const idOf = ({ id }: Payment): string => id;\n",
    );
    const { violations } = cruise(root, ['services']);
    return violations.some(({ rule }) => rule.name === 'services-never-import-each-other');
  } finally {
    rmSync(root, { recursive: true });
  }
};

const problems = [];
if (!noticesAPlantedBreach()) problems.push('a planted breach was not noticed: the check does not work');
const summary = cruise(
  HOUSE,
  FOLDERS.filter((folder) => existsSync(join(HOUSE, folder))),
);
if (!(summary.totalCruised > 0)) problems.push('no module was looked at: the check does not work');
for (const { rule, from, to } of summary.violations) {
  if (rule.severity === 'error') problems.push(`${rule.name}: ${from} → ${to}`);
}
if (problems.length > 0) {
  console.log(problems.join('\n'));
  process.exit(1);
}
console.log(`${summary.totalCruised} modules, no border crossed`);
