import { runHelper } from './helper.js';

// The program of the helper process. The build makes one file of it and all that it needs, which Node loads in a
// fraction of the time.
runHelper(process.argv.slice(2));
