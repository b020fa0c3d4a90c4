/**
 * The import boundaries of src/: which room may import which, and who may touch the world outside.
 * Read it next to the picture in docs/architecture.md. Type-only imports count like any other.
 */

/** Leaves: any room may import them. They import each other in this order only: errors ← text ← event. */
const leaves = ['errors', 'text', 'event'];

/** Room → the rooms it may import besides the leaves. Data flows down the list. */
const rooms = {
  errors: { only: [] },
  text: { only: ['errors'] },
  event: { only: ['errors', 'text'] },

  config: [],
  log: [],

  // Its live sources read what windows/ captures.
  source: ['windows'],
  lineage: [],
  problemchild: [],
  anomaly: ['lineage', 'problemchild'],
  detection: ['lineage', 'problemchild', 'anomaly'],
  alert: ['lineage', 'problemchild', 'anomaly', 'detection'],
  response: ['lineage', 'problemchild', 'anomaly', 'detection', 'alert', 'log'],
  forward: ['alert', 'response', 'log'],

  // Keeps the state of the rooms above it and so knows their types; they never import it.
  store: ['source', 'lineage', 'problemchild', 'anomaly', 'alert', 'response', 'forward', 'log'],
  // Implements the ports that response/ defines; knows no source.
  windows: ['response', 'log'],

  // The composition root, and the only room that sees all others.
  agent: [
    'config',
    'log',
    'source',
    'lineage',
    'problemchild',
    'anomaly',
    'detection',
    'alert',
    'response',
    'forward',
    'store',
    'windows',
  ],
  // Thin: state, sockets and native code are reached through agent/ only.
  cli: [
    'agent',
    'config',
    'log',
    'source',
    'lineage',
    'problemchild',
    'anomaly',
    'detection',
    'alert',
    'response',
  ],
};

/** No I/O, no clock, no randomness: everything they know comes through their parameters. */
const pure = ['errors', 'text', 'event', 'lineage', 'problemchild', 'anomaly', 'detection'];
const purePaths = [`^src/(${pure.join('|')})/`, '^src/response/(policy|guard)'];
/** What pure code may use of Node: computation only. */
const pureModules = ['buffer', 'crypto', 'path', 'string_decoder', 'util', 'zlib'];

/** Small files that read or write one named file for their room say so in their names. */
const loaderFiles = '-(loader|writer|files?)\\.ts$';

/** Package → the rooms that may import it. A package that is not listed may be used anywhere. */
const packageOwners = {
  'better-sqlite3': ['store'],
  'onnxruntime-node': ['problemchild'],
  koffi: ['windows'],
  'ffi-napi': ['windows'],
  'ref-napi': ['windows'],
  winston: ['log'],
  undici: ['forward'],
  commander: ['cli'],
  yauzl: ['source'],
  tinyglobby: ['source'],
};

/** Modules of Node → the rooms that may import them. */
const moduleOwners = {
  socket: {
    modules: ['net', 'tls', 'http', 'https', 'http2', 'dgram', 'dns', 'dns/promises'],
    // agent/control: the local channel only.
    rooms: ['forward', 'agent/control'],
  },
  // Its own Node, with a mark, and nothing else.
  process: { modules: ['child_process', 'cluster'], rooms: ['agent/selftest'] },
  // To reach V8's collector; see heap-brake.ts.
  context: { modules: ['vm'], rooms: ['cli'] },
};

// The parser that dependency-cruiser uses (see options) walks the tree with a visitor that does not know
// `using` declarations yet and stops at one. It has imports in it only where its initialiser has.
const { Visitor } = require('@swc/core/Visitor.js');
const visitStatement = Visitor.prototype.visitStatement;
Visitor.prototype.visitStatement = function visitAnyStatement(node) {
  if (node.type !== 'UsingDeclaration') return visitStatement.call(this, node);
  this.visitVariableDeclarators(node.decls);
  return node;
};

const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
const anyOf = (names) => `(${names.map(escaped).join('|')})`;
const insideRooms = (names) => `^src/${anyOf(names)}/`;
const nodeModules = (names) => `^(node:)?${anyOf(names)}$`;

const roomRules = Object.entries(rooms).map(([room, allowed]) => {
  const names = Array.isArray(allowed) ? [...leaves, ...allowed] : allowed.only;
  return {
    name: `room-${room}`,
    comment: `${room}/ imports ${names.length === 0 ? 'no other room' : names.join(', ')}`,
    severity: 'error',
    from: { path: `^src/${room}/` },
    to: { path: '^src/[^/]+/', pathNot: insideRooms([room, ...names]) },
  };
});

const packageRules = Object.entries(packageOwners).map(([name, owners]) => ({
  name: `package-${name}`,
  comment: `only ${owners.join(', ')} imports ${name}`,
  severity: 'error',
  from: { path: '^src/', pathNot: insideRooms(owners) },
  to: { path: `(^|/)node_modules/${escaped(name)}/` },
}));

const moduleRules = Object.entries(moduleOwners).map(([what, { modules, rooms: owners }]) => ({
  name: `node-${what}`,
  comment: owners.length === 0 ? 'nobody imports it' : `only ${owners.join(', ')} imports it`,
  severity: 'error',
  from: { path: '^src/', ...(owners.length === 0 ? {} : { pathNot: insideRooms(owners) }) },
  to: { dependencyTypes: ['core'], path: nodeModules(modules) },
}));

module.exports = {
  forbidden: [
    ...roomRules,
    ...packageRules,
    ...moduleRules,
    {
      name: 'known-room',
      comment: 'every folder of src/ is a room of the list above',
      severity: 'error',
      from: { path: '^src/', pathNot: insideRooms(Object.keys(rooms)) },
      to: {},
    },
    {
      name: 'face',
      comment: "a room's face is its index.ts; other rooms import only that",
      severity: 'error',
      from: { path: '^src/([^/]+)/' },
      to: { path: '^src/[^/]+/', pathNot: ['^src/$1/', '^src/[^/]+/index\\.ts$'] },
    },
    {
      name: 'no-cycle',
      severity: 'error',
      from: { path: '^src/' },
      to: { circular: true },
    },
    {
      name: 'pure',
      comment: 'pure rooms compute; files that load something for them are named -loader, -writer or -file',
      severity: 'error',
      from: { path: purePaths, pathNot: loaderFiles },
      to: { dependencyTypes: ['core'], pathNot: nodeModules(pureModules) },
    },
    {
      name: 'node-fs',
      comment:
        'only source/ and store/ read user files; elsewhere small files named -loader, -writer or -file read their own',
      severity: 'error',
      from: {
        path: '^src/',
        pathNot: [
          insideRooms(['source', 'store', 'windows']),
          loaderFiles,
          // Writes its last words to stderr itself: the main thread, which would do it, does not turn.
          '^src/agent/watchdog-thread\\.ts$',
        ],
      },
      to: { dependencyTypes: ['core'], path: nodeModules(['fs', 'fs/promises']) },
    },
    {
      name: 'no-dev-package',
      comment: 'what ships imports only what is installed with it',
      severity: 'error',
      from: { path: '^src/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'resolvable',
      severity: 'error',
      from: { path: '^src/' },
      to: { couldNotResolve: true },
    },
    {
      name: 'inside-src',
      comment: 'what ships imports no test, bench or tool',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(test|bench|docs|installer|models|samples)/' },
    },
  ],
  options: {
    // The installed TypeScript has no JavaScript interface; swc's syntax tree carries type-only imports too.
    parser: 'swc',
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.mjs', '.cjs', '.js', '.json'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'require', 'default'],
    },
  },
};
