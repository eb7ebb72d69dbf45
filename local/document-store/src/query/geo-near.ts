import { replaced } from '../aggregation/document-stages.ts';
import { type Document, double, isDocument, numberOf, type Value } from '../bson/value.ts';
import { CommandError } from '../command-error.ts';
import { readPoint } from '../geo/geojson.ts';
import { distanceOf, type Near } from '../geo/near.ts';
import type { Collection } from '../storage/collection.ts';
import { distanceTo, findNear } from './find-near.ts';
import { splitPath, valueAt } from './path.ts';

/** Compiles `$geoNear`, which stands first in a pipeline. */
export const geoNear = (operand: Value): ((collection: Collection) => Iterable<Document>) => {
  if (!isDocument(operand)) throw new CommandError('TypeMismatch', '$geoNear requires an object');
  return (collection) => nearest(collection, operand);
};

function* nearest(collection: Collection, operand: Document): Generator<Document> {
  const { distanceField, includeLocs, query } = operand;
  const near = readNear(collection, operand);
  const multiplier = Number(numberOf(operand.distanceMultiplier) ?? 1);
  for (const { document } of findNear(collection, near, isDocument(query) ? query : {}, {
    wanted: Number.POSITIVE_INFINITY,
  })) {
    const location = valueAt(document, splitPath(near.path));
    let result = document;
    if (typeof distanceField === 'string') {
      result = replaced(result, splitPath(distanceField), double(distanceTo(near, location) * multiplier));
    }
    if (typeof includeLocs === 'string') result = replaced(result, splitPath(includeLocs), location ?? null);
    yield result;
  }
}

const readNear = (collection: Collection, operand: Document): Near => {
  const { near, key } = operand;
  const center = readPoint(near);
  if (!center) throw new CommandError('BadValue', '$geoNear needs near: a GeoJSON Point');
  const fields = collection.indexes.flatMap(({ definition }) => definition.geoField?.name ?? []);
  const path = typeof key === 'string' ? key : fields[0];
  if (path === undefined)
    throw new CommandError('IndexNotFound', '$geoNear requires a 2d or 2dsphere index, but none were found');
  return {
    path,
    center,
    minimum: distanceOf('minDistance', operand.minDistance, 0),
    maximum: distanceOf('maxDistance', operand.maxDistance, Number.POSITIVE_INFINITY),
  };
};
