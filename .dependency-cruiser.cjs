/** The borders of the house (ARCHITECTURE.md): who may import whom. `npm run check` fails on a breach. */
const SHARED_FOODLESS_CONTRACTS = '^shared/contracts/src/(envelope|problem|claims|page|text|time)\\.ts$';

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'services-never-import-each-other',
      severity: 'error',
      from: { path: '^services/([^/]+)/' },
      to: { path: '^services/([^/]+)/', pathNot: '^services/$1/' },
    },
    {
      name: 'shared-never-imports-a-service-or-local',
      severity: 'error',
      from: { path: '^shared/(contracts|platform)/' },
      to: { path: '^(services|local|cli|console|e2e|bench)/' },
    },
    {
      name: 'services-import-only-shared',
      severity: 'error',
      from: { path: '^services/', pathNot: '\\.(test|fixture)\\.ts$' },
      to: { path: '^(local|cli|console|e2e|bench|shared/testing)/' },
    },
    {
      name: 'contracts-import-zod-only',
      severity: 'error',
      from: { path: '^shared/contracts/src/', pathNot: '\\.(test|fixture)\\.ts$' },
      to: { pathNot: ['^shared/contracts/src/', '^node_modules/zod/'] },
    },
    {
      name: 'platform-knows-no-food-word',
      severity: 'error',
      from: { path: '^shared/platform/src/', pathNot: '\\.(test|fixture)\\.ts$' },
      to: { path: '^shared/contracts/', pathNot: SHARED_FOODLESS_CONTRACTS },
    },
    {
      name: 'only-messaging-touches-amqplib',
      severity: 'error',
      from: {
        path: '^(shared/platform|services)/',
        pathNot: ['^shared/platform/src/messaging/', '\\.(test|fixture)\\.ts$'],
      },
      to: { path: '^node_modules/amqplib/' },
    },
    {
      name: 'only-adapters-touch-mongoose',
      severity: 'error',
      from: {
        path: '^services/',
        pathNot: ['\\.store\\.mongo\\.ts$', '\\.(test|fixture)\\.ts$'],
      },
      to: { path: '^node_modules/(mongoose|mongodb)/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'only-the-composition-root-imports-adapters',
      severity: 'error',
      from: {
        path: '^services/',
        pathNot: ['/app\\.ts$', '\\.(store\\.mongo|gateway)\\.ts$', '\\.(test|fixture)\\.ts$'],
      },
      to: { path: '\\.(store\\.mongo|gateway)\\.ts$', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'the-document-store-stands-alone',
      severity: 'error',
      from: { path: '^local/document-store/src/', pathNot: '\\.(test|fixture)\\.ts$' },
      to: { path: '^(services|shared|cli|e2e|bench|local/(?!document-store))' },
    },
    {
      name: 'the-fake-razorpay-stands-alone',
      severity: 'error',
      from: { path: '^local/razorpay/src/', pathNot: '\\.(test|fixture)\\.ts$' },
      to: { path: '^(services|shared|cli|e2e|bench|local/(?!razorpay))' },
    },
    {
      name: 'the-city-has-no-private-path-into-a-service',
      severity: 'error',
      from: { path: '^local/city/' },
      to: { path: '^(services|local/(?!city))' },
    },
    {
      name: 'the-console-knows-contracts-only',
      severity: 'error',
      from: { path: '^console/src/', pathNot: '\\.test\\.ts$' },
      to: { path: '^(services|shared/(?!contracts)|local|cli|e2e|bench)/' },
    },
    {
      name: 'no-tests-in-the-product',
      severity: 'error',
      from: { pathNot: '\\.(test|fixture)\\.ts$' },
      to: { path: '\\.(test|fixture)\\.ts$' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    // swc reads no .tsx here; what those files import is checked by the console's own build.
    exclude: { path: '(^|/)dist/|\\.tsx$' },
    parser: 'swc',
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['source', 'import', 'node', 'default'] },
  },
};
