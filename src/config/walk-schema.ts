import type * as z from 'zod';

/** Any schema of zod's classic interface. */
export type Schema = z.ZodType;

type Wrapper = z.ZodDefault<Schema> | z.ZodPrefault<Schema> | z.ZodOptional<Schema> | z.ZodNullable<Schema>;

/** The schema below defaults, optional, nullable and read-only, and whether null passes. */
export function unwrapSchema(schema: Schema): { readonly schema: Schema; readonly nullable: boolean } {
  let nullable = false;
  let current = schema;
  for (;;) {
    switch (current.def.type) {
      case 'nullable':
        nullable = true;
        current = (current as Wrapper).unwrap();
        break;
      case 'default':
      case 'prefault':
      case 'optional':
      case 'readonly':
      case 'nonoptional':
      case 'catch':
        current = (current as Wrapper).unwrap();
        break;
      case 'pipe':
        current = (current as unknown as z.ZodPipe<Schema, Schema>).in;
        break;
      default:
        return { schema: current, nullable };
    }
  }
}

export function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The schemas that may sit at `name` below `schema`; several where `schema` is a union, none if unknown. */
function childSchemas(schema: Schema, name: PropertyKey): readonly Schema[] {
  const { schema: inner } = unwrapSchema(schema);
  switch (inner.def.type) {
    case 'object': {
      const shape = (inner as z.ZodObject).shape as Record<PropertyKey, Schema>;
      const child = Object.hasOwn(shape, name) ? shape[name] : undefined;
      return child === undefined ? [] : [child];
    }
    case 'array':
      return [(inner as z.ZodArray<Schema>).element];
    case 'record':
      return [(inner as unknown as { readonly valueType: Schema }).valueType];
    case 'union':
      return (inner as z.ZodUnion<readonly Schema[]>).options.flatMap((option) => childSchemas(option, name));
    default:
      return [];
  }
}

/** A schema with what it wraps and, of a union, every option: a mark may be on any of them. */
function branchesOf(schema: Schema): readonly Schema[] {
  const { schema: inner } = unwrapSchema(schema);
  const options = inner.def.type === 'union' ? (inner as z.ZodUnion<readonly Schema[]>).options : [];
  return [schema, ...(inner === schema ? [] : [inner]), ...options.flatMap(branchesOf)];
}

/** Every schema that may sit at `path`. */
export function schemasAt(root: Schema, path: readonly PropertyKey[]): readonly Schema[] {
  let found: readonly Schema[] = [root];
  for (const name of path) {
    found = found.flatMap((schema) => childSchemas(schema, name));
  }
  return found.flatMap(branchesOf);
}

/** Names that may stand below any of `schemas`; for suggestions. */
export function knownNames(schemas: readonly Schema[]): string[] {
  const names = new Set<string>();
  for (const schema of schemas) {
    const { schema: inner } = unwrapSchema(schema);
    if (inner.def.type === 'object') {
      for (const name of Object.keys((inner as z.ZodObject).shape)) names.add(name);
    } else if (inner.def.type === 'union') {
      for (const name of knownNames((inner as z.ZodUnion<readonly Schema[]>).options)) names.add(name);
    }
  }
  return [...names];
}

/**
 * Copies `value`, replacing each leaf by what `replace` returns for it. `replace` gets every schema that may
 * describe the leaf, so that a mark on any branch of a union counts.
 */
export function mapLeaves(
  schemas: readonly Schema[],
  value: unknown,
  replace: (value: unknown, schemas: readonly Schema[]) => unknown,
): unknown {
  const marked = schemas.some((schema) => schema.meta()?.secret === true);
  if (marked) return replace(value, schemas);
  if (typeof value !== 'object' || value === null) return replace(value, schemas.flatMap(branchesOf));
  if (Array.isArray(value)) {
    // A mark on a list holds for each of its items.
    const isPath = schemas.some((schema) => schema.meta()?.path === true);
    return value.map((item, index) => {
      const below = schemas.flatMap((schema) => childSchemas(schema, index));
      return mapLeaves(isPath && typeof item === 'string' ? schemas : below, item, replace);
    });
  }
  return Object.fromEntries(
    Object.entries(value).map(([name, child]) => [
      name,
      mapLeaves(
        schemas.flatMap((schema) => childSchemas(schema, name)),
        child,
        replace,
      ),
    ]),
  );
}
