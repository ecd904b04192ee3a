/**
 * The import rules of the house. A folder's line in LAYERS is all of `src/` that it may import besides itself; a folder
 * that has no line may import nothing, so a new one is closed until somebody opens it here. Built-ins of Node and the
 * packages that package.json names are free to all but core. test/architecture.test.ts shows that each rule bites.
 */

const TEST = '\\.test\\.ts$|^test/'

const LAYERS = {
  checkpoints: ['core'],
  protocols: ['core'],
  upstreams: ['core'],
  identity: ['core'],
  policy: ['core'],
  record: ['core'],
  adapters: ['core'],
  servers: ['core', 'protocols', 'policy', 'identity', 'record', 'upstreams'],
}
/** Folders with rules of their own below. */
const OTHERS = ['core', 'guards', 'cli']

const folder = (name) => `^src/${name}/`
const rule = (name, comment, from, to) => ({
  name,
  comment,
  severity: 'error',
  from: { ...from, pathNot: [TEST, ...(from.pathNot ?? [])] },
  to,
})

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    rule('no-cycles', 'A cycle means that two modules are one. Types count too.', {}, { circular: true }),
    rule('resolvable', 'Every import leads somewhere.', {}, { couldNotResolve: true }),
    rule(
      'declared-packages',
      'Who installs the package gets its dependencies: no devDependencies, nothing that package.json does not name.',
      { path: '^src/' },
      { dependencyTypes: ['npm-dev', 'npm-optional', 'npm-peer', 'npm-no-pkg', 'npm-unknown'] },
    ),
    rule(
      'no-test-imports',
      'No source imports a test, or what only tests need.',
      { path: '^src/' },
      { path: TEST },
    ),
    rule(
      'nobody-imports-main',
      'main.ts knows everybody, so nobody may know it.',
      {},
      { path: '^src/main\\.ts$' },
    ),
    rule(
      'adapters-from-main-only',
      'Everybody else asks a port.',
      { path: '^src/', pathNot: ['^src/main\\.ts$', folder('adapters')] },
      { path: folder('adapters') },
    ),
    rule(
      'core-imports',
      'core is pure: nothing of ours, no built-in of Node, no package but zod.',
      { path: folder('core') },
      { pathNot: [TEST, folder('core'), '(^|/)node_modules/zod/'] },
    ),
    rule(
      'core-names-types-of-zod',
      'core says what a schema is; it never runs one.',
      { path: folder('core') },
      { path: '(^|/)node_modules/zod/', dependencyTypesNot: ['type-only'] },
    ),
    rule(
      'guard-imports',
      'A guard is one folder: it imports core and itself, never another guard.',
      { path: '^src/guards/([^/]+)/' },
      { path: '^src/', pathNot: [TEST, folder('core'), '^src/guards/$1/'] },
    ),
    rule(
      'guards-through-the-manifest',
      'Only guards/index.ts imports the folder of a guard.',
      { path: '^src/', pathNot: ['^src/guards/index\\.ts$', '^src/guards/[^/]+/'] },
      { path: '^src/guards/[^/]+/' },
    ),
    rule(
      'manifest-imports',
      'What stands beside the guards imports core and guards, nothing else.',
      { path: '^src/guards/[^/]+\\.ts$' },
      { path: '^src/', pathNot: [TEST, folder('core'), folder('guards')] },
    ),
    ...Object.entries(LAYERS).map(([name, allowed]) =>
      rule(
        `${name}-imports`,
        `${name} imports itself and ${allowed.join(', ')}.`,
        { path: folder(name) },
        { path: '^src/', pathNot: [TEST, folder(name), ...allowed.map(folder)] },
      ),
    ),
    rule(
      'servers-name-types-of-upstreams',
      'A server is given its upstreams: it knows what they are, not how they are made.',
      { path: folder('servers') },
      { path: folder('upstreams'), dependencyTypesNot: ['type-only'] },
    ),
    rule(
      'closed-until-opened',
      'A new folder has no line in LAYERS yet.',
      { path: '^src/([^/]+)/', pathNot: [...Object.keys(LAYERS), ...OTHERS].map(folder) },
      { path: '^src/', pathNot: [TEST, '^src/$1/'] },
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
}
