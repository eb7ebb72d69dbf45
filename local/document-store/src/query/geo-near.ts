import { replaced } from '../aggregation/document-stages.ts';
import { type Document, double, isDocument, numberOf, typeNameOf, type Value } from '../bson/value.ts';
import { CommandError } from '../command-error.ts';
import { readPoint } from '../geo/geojson.ts';
import { distanceOf, type Near } from '../geo/near.ts';
import { EARTH_RADIUS } from '../geo/sphere.ts';
import type { Collection } from '../storage/collection.ts';
import { distanceTo, findNear } from './find-near.ts';
import { compileFilter } from './match.ts';
import { type Path, splitPath, valueAt } from './path.ts';

interface GeoNear {
  readonly near: Omit<Near, 'path'>;
  /** The indexed field; undefined when the only 2dsphere index shall tell. */
  readonly key: string | undefined;
  readonly query: Document;
  readonly distanceField: Path;
  readonly includeLocs: Path | undefined;
  /** From metres to what `distanceField` shall show. */
  readonly multiplier: number;
}

/** Compiles `$geoNear`, which stands first in a pipeline. @throws CommandError for operands MongoDB refuses. */
export const geoNear = (operand: Value): ((collection: Collection) => Iterable<Document>) => {
  if (!isDocument(operand)) throw new CommandError('Location10065', 'invalid parameter: expected an object ($geoNear)');
  const stage = readGeoNear(operand);
  return (collection) => nearest(collection, stage);
};

const NO_LONGER: Readonly<Record<string, `Location${number}`>> = {
  collation: 'Location40227',
  limit: 'Location50858',
  num: 'Location50857',
  start: 'Location50856',
};

const DISTANCE = { type: 'TypeMismatch', negative: 'BadValue' } as const;

const readGeoNear = (operand: Document): GeoNear => {
  for (const [name, code] of Object.entries(NO_LONGER)) {
    if (operand[name] !== undefined)
      throw new CommandError(code, `$geoNear no longer supports the '${name}' parameter.`);
  }
  const { near, distanceField, includeLocs, query = {}, key, spherical } = operand;
  if (near === undefined) throw new CommandError('Location5860400', "$geoNear requires a 'near' argument");
  if (typeof distanceField !== 'string') {
    throw new CommandError('Location16606', "$geoNear requires a 'distanceField' option as a String");
  }
  const maximum = distanceOf('maxDistance', operand.maxDistance, Number.POSITIVE_INFINITY, DISTANCE);
  const minimum = distanceOf('minDistance', operand.minDistance, 0, DISTANCE);
  const multiplier = distanceOf('distanceMultiplier', operand.distanceMultiplier, 1, DISTANCE);
  if (!isDocument(query)) throw new CommandError('TypeMismatch', 'query must be an object');
  if (includeLocs !== undefined && typeof includeLocs !== 'string') {
    throw new CommandError('Location16607', "$geoNear requires that 'includeLocs' option is a String");
  }
  if (key !== undefined && typeof key !== 'string') {
    throw new CommandError(
      'TypeMismatch',
      `$geoNear parameter 'key' must be of type string but found type: ${typeNameOf(key)}`,
    );
  }
  if (key === '') throw new CommandError('BadValue', "$geoNear parameter 'key' cannot be the empty string");
  compileFilter(query);
  const center = readPoint(near);
  if (!center)
    throw new CommandError('BadValue', 'invalid point in geo near query: $geoNear needs near: a GeoJSON Point');
  // A legacy pair measures in radians, on a sphere if the stage says so.
  const isGeoJson = isDocument(near) && near.type !== undefined;
  const unit = isGeoJson ? 1 : EARTH_RADIUS;
  const flat = !isGeoJson && spherical !== true && !Number(numberOf(spherical) ?? 0);
  return {
    near: { center, minimum: minimum * unit, maximum: maximum * unit, flat },
    key,
    query,
    distanceField: splitPath(distanceField),
    includeLocs: includeLocs === undefined ? undefined : splitPath(includeLocs),
    multiplier: multiplier / unit,
  };
};

function* nearest(collection: Collection, stage: GeoNear): Generator<Document> {
  const near: Near = { ...stage.near, path: stage.key ?? onlyGeoField(collection) };
  for (const { document } of findNear(collection, near, stage.query, { wanted: Number.POSITIVE_INFINITY })) {
    const location = valueAt(document, splitPath(near.path));
    const distance = double(distanceTo(near, location) * stage.multiplier);
    const result = replaced(document, stage.distanceField, distance);
    yield stage.includeLocs ? replaced(result, stage.includeLocs, location ?? null) : result;
  }
}

const onlyGeoField = (collection: Collection): string => {
  const fields = collection.indexes.flatMap(({ definition }) => definition.geoField?.name ?? []);
  const [field, another] = fields;
  if (field === undefined) {
    throw new CommandError('IndexNotFound', '$geoNear requires a 2d or 2dsphere index, but none were found');
  }
  if (another !== undefined) {
    throw new CommandError(
      'IndexNotFound',
      `There is more than one 2dsphere index on ${collection.namespace}; unsure which to use for $geoNear`,
    );
  }
  return field;
};
