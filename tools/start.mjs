// npm start
import { become, prepareHouse } from './house.mjs';

prepareHouse();
await become('local/stack/dist/main.js', process.argv.slice(2));
