import type { Box, Point, Vector } from '../geo/sphere.ts';
import { numberColumn } from './columns.ts';
import type { Sqlite } from './sqlite.ts';

export interface LocatedDocument {
  readonly id: number;
  readonly point: Point;
}

/** The points of one 2dsphere index, in an R*Tree over the unit sphere. The exact position rides along. */
export interface GeoTable {
  put(id: number, vector: Vector, point: Point): void;
  remove(id: number): void;
  /** Every point in the box and perhaps some just outside. */
  within(box: Box): LocatedDocument[];
  /** Documents a square metre, where the last search found all it wanted: only a hint for where the next one begins. */
  density: number | undefined;
}

const tableName = (indexId: number): string => `geo_${indexId}`;

export const createGeoTable = (sqlite: Sqlite, indexId: number): void =>
  sqlite.execute(
    `CREATE VIRTUAL TABLE ${tableName(indexId)} USING rtree(id, x0, x1, y0, y1, z0, z1, +lng REAL, +lat REAL)`,
  );

export const dropGeoTable = (sqlite: Sqlite, indexId: number): void => {
  sqlite.forgetStatements();
  sqlite.execute(`DROP TABLE IF EXISTS ${tableName(indexId)}`);
};

export const openGeoTable = (sqlite: Sqlite, indexId: number): GeoTable => {
  const table = tableName(indexId);
  const insertSql = `INSERT INTO ${table} VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`;
  const deleteSql = `DELETE FROM ${table} WHERE id = ?`;
  const withinSql = `SELECT id, lng, lat FROM ${table} WHERE x0 <= ? AND x1 >= ? AND y0 <= ? AND y1 >= ? AND z0 <= ? AND z1 >= ?`;
  return {
    density: undefined,
    put: (id, { x, y, z }, { lng, lat }) => sqlite.prepare(insertSql).run(id, x, x, y, y, z, z, lng, lat),
    remove: (id) => sqlite.prepare(deleteSql).run(id),
    within: ({ low, high }) =>
      sqlite
        .prepare(withinSql)
        .all(high.x, low.x, high.y, low.y, high.z, low.z)
        .map(([id, lng, lat]) => ({
          id: numberColumn(id),
          point: { lng: numberColumn(lng), lat: numberColumn(lat) },
        })),
  };
};
