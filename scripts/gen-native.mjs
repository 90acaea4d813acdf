// Writes the parts of the native library that follow from the VIX tables: native/include/vix.h, native/src/functions.c,
// a header by which test programs load the library at run time, and two modules of Perl. With --check it writes nothing and fails if a file is
// out of date. Reads the built tables (--dist, else dist/).
import { join } from 'node:path';
import { headerOf } from './lib/native-header.mjs';
import { functionsOf } from './lib/native-functions.mjs';
import { loadedHeaderOf } from './lib/native-loaded.mjs';
import { perlConstantsOf, perlFunctionsOf } from './lib/native-perl.mjs';
import { loadTables, repoRoot } from './lib/tables.mjs';
import { writeOrCheck } from './lib/write-or-check.mjs';

await writeOrCheck(async (dist) => {
  const tables = await loadTables(dist);
  return {
    [join(repoRoot, 'native/include/vix.h')]: headerOf(tables),
    [join(repoRoot, 'native/src/functions.c')]: functionsOf(tables),
    [join(repoRoot, 'compat-tests/native/loaded.h')]: loadedHeaderOf(tables),
    [join(repoRoot, 'native/perl/lib/VMware/Vix/API/Constants.pm')]: perlConstantsOf(tables),
    [join(repoRoot, 'native/perl/lib/Revix/Functions.pm')]: perlFunctionsOf(tables),
  };
});
