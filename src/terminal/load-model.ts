import { createRequire } from 'node:module';
import { join } from 'node:path';
import { PACKAGE_ROOT } from '../package-root.ts';
import type { createScreenModel } from './screen-model.ts';

/** The model is a bundle of its own: a session that never asks does not load it. */
export function loadScreenModel(): typeof createScreenModel {
  const require = createRequire(import.meta.url);
  const bundle = require(join(PACKAGE_ROOT, 'dist', 'screen-model.cjs')) as {
    createScreenModel: typeof createScreenModel;
  };
  return bundle.createScreenModel;
}
