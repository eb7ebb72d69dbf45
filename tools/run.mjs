// Runs a built command of the house: node tools/run.mjs <file> [arguments]
import { become, prepareHouse } from './house.mjs';

const [program = '', ...args] = process.argv.slice(2);
prepareHouse();
await become(program, args);
