#!/usr/bin/env node
import { vmrunMain } from '../vmrun/main.js';

await vmrunMain(process.argv.slice(2));
