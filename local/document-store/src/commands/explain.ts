import type { EncodableDocument } from '../bson/encode.ts';
import { type Document, isDocument, numberOf, type Value } from '../bson/value.ts';
import { CommandError } from '../command-error.ts';
import { splitNear } from '../geo/near.ts';
import type { IndexDefinition } from '../indexes/definition.ts';
import { explainQuery, type Query, runQuery } from '../query/execute.ts';
import { geoIndexFor } from '../query/find-near.ts';
import type { Plan } from '../query/plan.ts';
import { readSort } from '../query/sort.ts';
import type { Collection } from '../storage/collection.ts';
import { hintArgument } from './arguments.ts';
import type { Command, CommandContext } from './command.ts';

/** How a find, count, distinct, update, delete, findAndModify or an aggregation's first `$match` would find its documents. */
export const explain: Command = (body, { store, database }) => {
  const command = body.explain;
  if (!isDocument(command)) throw new CommandError('TypeMismatch', "BSON field 'explain' must be an object");
  const [kind = ''] = Object.keys(command);
  const name = command[kind];
  const collection = typeof name === 'string' ? store.catalog.find(database, name) : undefined;
  const namespace = `${database}.${String(name)}`;
  if (!collection) return { queryPlanner: { namespace, winningPlan: { stage: 'EOF' } } };
  const [part = { filter: {} }] = queriesOf(command, collection);
  let examined = 0;
  const query: Query = {
    filter: part.filter,
    sort: readSort(command.sort),
    skip: Number(numberOf(command.skip) ?? 0),
    limit: Number(numberOf(command.limit) ?? 0),
    hint: hintArgument(collection, part.hint ?? command.hint),
    onExamined: () => {
      examined += 1;
    },
  };
  const winningPlan = describePlan(collection, query);
  const started = performance.now();
  const nReturned = body.verbosity === 'queryPlanner' ? 0 : [...runQuery(collection, query)].length;
  const executionTimeMillis = Math.round(performance.now() - started);
  return {
    queryPlanner: { namespace, parsedQuery: part.filter, winningPlan, rejectedPlans: [] },
    ...(body.verbosity === 'queryPlanner'
      ? {}
      : {
          executionStats: {
            executionSuccess: true,
            nReturned,
            executionTimeMillis,
            totalKeysExamined: usesIndex(winningPlan) ? examined : 0,
            totalDocsExamined: examined,
          },
        }),
  };
};

type QueryPart = { readonly filter: Document; readonly hint?: Value };

const queriesOf = (command: Document, collection: Collection): readonly QueryPart[] => {
  const statements = command.updates ?? command.deletes;
  if (Array.isArray(statements)) return statements.filter(isDocument).map(queryOfStatement);
  const [stage] = Array.isArray(command.pipeline) ? command.pipeline : [];
  const start = isDocument(stage) ? (stage.$match ?? filterOfGeoNear(stage.$geoNear, collection)) : undefined;
  return [{ filter: [command.filter, command.query, start].find(isDocument) ?? {} }];
};

/** The `find` filter that searches as the stage does. */
const filterOfGeoNear = (operand: Value | undefined, { indexes }: Collection): Document | undefined => {
  if (!isDocument(operand)) return undefined;
  const [indexed] = indexes.flatMap(({ definition }) => definition.geoField?.name ?? []);
  const key = typeof operand.key === 'string' ? operand.key : indexed;
  const query = isDocument(operand.query) ? operand.query : {};
  return key === undefined ? query : { ...query, [key]: { $nearSphere: { $geometry: operand.near ?? null } } };
};

const queryOfStatement = ({ q, hint }: Document): QueryPart => ({
  filter: isDocument(q) ? q : {},
  ...(hint === undefined ? {} : { hint }),
});

const describePlan = (collection: Collection, query: Query): EncodableDocument => {
  const { plan, near } = explainQuery(collection, query);
  if (near) {
    const index = geoIndexFor(collection, near, splitNear(query.filter).rest);
    return {
      stage: 'GEO_NEAR_2DSPHERE',
      keyPattern: index.definition.key,
      indexName: index.definition.name,
    };
  }
  const fetch = describeFetch(plan);
  const needsSort = (query.sort?.length ?? 0) > 0 && !(plan.kind === 'index' && plan.sorted);
  return needsSort ? { stage: 'SORT', inputStage: fetch } : fetch;
};

const describeFetch = (plan: Plan): EncodableDocument => {
  switch (plan.kind) {
    case 'collection':
      return { stage: 'COLLSCAN', direction: plan.direction === 1 ? 'forward' : 'backward' };
    case 'index':
      return {
        stage: 'FETCH',
        inputStage: {
          stage: 'IXSCAN',
          keyPattern: plan.index.definition.key,
          indexName: plan.index.definition.name,
          isMultiKey: plan.index.multikey.includes(true),
          isUnique: plan.index.definition.unique,
          isSparse: plan.index.definition.sparse,
          isPartial: plan.index.definition.partialFilter !== undefined,
          direction: plan.direction === 1 ? 'forward' : 'backward',
        },
      };
    case 'geo':
      return {
        stage: 'FETCH',
        inputStage: {
          stage: 'IXSCAN',
          keyPattern: plan.index.definition.key,
          indexName: plan.index.definition.name,
        },
      };
    case 'union':
      return { stage: 'FETCH', inputStage: { stage: 'OR', inputStages: plan.plans.map(describeFetch) } };
  }
};

/** How each query of a command finds its documents, as the profiler sums it up: `IXSCAN { a: 1 }`, `COLLSCAN`. */
export const planSummaries = (command: Document, { store, database }: CommandContext): string[] => {
  const [kind = ''] = Object.keys(command);
  const collection = store.catalog.find(database, String(command[kind]));
  if (!collection) return ['EOF'];
  return queriesOf(command, collection).map(({ filter, hint }) => {
    const query = { filter, sort: readSort(command.sort), hint: hintArgument(collection, hint ?? command.hint) };
    const { plan, near } = explainQuery(collection, query);
    if (!near) return summaryOf(plan);
    const { definition } = geoIndexFor(collection, near, splitNear(filter).rest);
    return `GEO_NEAR_2DSPHERE ${patternOf(definition)}`;
  });
};

const summaryOf = (plan: Plan): string => {
  switch (plan.kind) {
    case 'collection':
      return 'COLLSCAN';
    case 'index':
    case 'geo':
      return `IXSCAN ${patternOf(plan.index.definition)}`;
    case 'union':
      return plan.plans.map(summaryOf).join(', ');
  }
};

const patternOf = ({ fields }: IndexDefinition): string =>
  `{ ${fields.map(({ name, order }) => `${name}: ${JSON.stringify(order)}`).join(', ')} }`;

const usesIndex = (plan: EncodableDocument): boolean => JSON.stringify(plan).includes('indexName');
