import { Document, isScalar, YAMLMap } from 'yaml';
import type { Layout } from './layout.ts';
import type { LoadedConfig } from './load-config.ts';
import type { Origin } from './problem.ts';
import { mapLeaves } from './walk-schema.ts';

/** What stands for a secret. */
const masked = '(secret, not shown)';

/** The values with every secret masked; a secret that is not set stays null, so that one can see that. */
export function maskSecrets(layout: Layout, values: unknown): unknown {
  return mapLeaves([layout.schema], values, (value, schemas) =>
    value !== null && schemas.some((schema) => schema.meta()?.secret === true) ? masked : value,
  );
}

function describeOrigin(origin: Origin | undefined): string {
  return origin === undefined || origin.layer === 'default' ? ' default' : ` ${origin.where}`;
}

/** The configuration in force as YAML, each setting with a comment that says who set it; secrets masked. */
export function showConfig(
  layout: Layout,
  loaded: Pick<LoadedConfig<unknown>, 'config' | 'provenance'>,
): string {
  const document = new Document(maskSecrets(layout, loaded.config));
  for (const { key, path } of layout.settings) {
    const comment = describeOrigin(loaded.provenance.get(key));
    const node = document.getIn(path, true);
    if (isScalar(node)) {
      node.comment = comment;
      continue;
    }
    const parent = document.getIn(path.slice(0, -1), true);
    const pair =
      parent instanceof YAMLMap ? parent.items.find((item) => String(item.key) === path.at(-1)) : undefined;
    if (isScalar(pair?.key)) pair.key.commentBefore = comment;
  }
  return document.toString({ lineWidth: 0, minContentWidth: 0 });
}
